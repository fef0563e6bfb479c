// The source panel: an article with the quoted sentence marked and scrolled to. Beside the chat where there is room,
// a sheet on a phone. A link to it is #cite/MARKER/START-END/VERDICT/ARTICLE, made by the server.
import { element } from "./dialogs.js";
import { day, load, language, word } from "./words.js";

const VERDICTS = ["supported", "partly", "unsupported"];
const LANGUAGES = ["kk", "ru", "en"];
const narrow = matchMedia("(max-width: 820px)");
const panel = element("dialog", { id: "panel", "aria-labelledby": "panel-title" });
document.body.append(panel);
let from = null; // the link that opened it
let around = []; // the links of all citations of its answer
let shown = 0; // counts openings, so that a slow answer does not overwrite a later one

export const isOpen = () => panel.open;

export async function openSource(link) {
  if (!panel.open) from = link;
  const message = link.closest(".message-content");
  if (!panel.contains(link)) around = message ? [...message.querySelectorAll(".sources a.cite")] : [];
  await show(read(link), link);
}

function read(link) {
  const [, marker, span, verdict, id] = link.getAttribute("href").split("/");
  const [start, end] = span.split("-").map(Number);
  return { marker: Number(marker), start, end, verdict: VERDICTS.includes(verdict) ? verdict : "", id: decodeURIComponent(id) };
}

async function show(cite, link) {
  const turn = ++shown;
  await load(language());
  fill(cite, link, element("p", { className: "hint", textContent: word("loading") }));
  open();
  let article;
  try {
    const response = await fetch(`/api/articles/${encodeURIComponent(cite.id)}`, { headers: { Accept: "application/json" } });
    if (response.status === 404) throw new Error("gone");
    if (!response.ok) throw new Error("failed");
    article = await response.json();
  } catch (error) {
    if (turn !== shown) return;
    fill(cite, link, element("p", { className: "problem", textContent: word(error.message === "gone" ? "gone" : "failed") }));
    return;
  }
  if (turn !== shown) return;
  fill(cite, link, ...about(article, cite, link), body(article, cite));
  const mark = panel.querySelector("mark");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (mark) mark.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
}

function open() {
  document.body.classList.add("panel-open");
  if (panel.open) return;
  if (narrow.matches) panel.showModal();
  else panel.show();
  panel.querySelector("h2").focus();
}

function fill(cite, link, ...content) {
  const at = around.findIndex((one) => one.getAttribute("href") === link.getAttribute("href"));
  const close = element("button", { type: "button", className: "close", "aria-label": word("close"), title: word("close"), textContent: "×" });
  close.addEventListener("click", () => panel.close());
  const label = cite.marker ? word("source", { n: cite.marker }) : word("panel");
  const heading = element("h2", { id: "panel-title", tabIndex: -1, textContent: label });
  const head = element("div", { className: "panel-head" }, heading, ...turns(at), close);
  const focus = panel.contains(document.activeElement) ? document.activeElement.dataset.turn : null;
  panel.replaceChildren(head, element("div", { className: "panel-body", tabIndex: 0, "aria-labelledby": "panel-title", role: "region" }, ...content));
  if (focus) panel.querySelector(`[data-turn="${focus}"]:not(:disabled)`)?.focus();
  else if (panel.open) heading.focus();
}

function turns(at) {
  if (around.length < 2 || at < 0) return [];
  const turn = (name, sign, step) => {
    const button = element("button", { type: "button", className: "turn", "aria-label": word(name), title: word(name), textContent: sign });
    button.dataset.turn = name;
    button.disabled = !around[at + step];
    button.addEventListener("click", () => step && go(at + step));
    return button;
  };
  const place = element("span", { className: "place", textContent: word("place", { n: at + 1, all: around.length }) });
  return [turn("previous", "‹", -1), place, turn("next", "›", 1)];
}

function go(at) {
  if (around[at]) show(read(around[at]), around[at]);
}

function about(article, cite, link) {
  const when = article.published ? word("as_of", { date: day(article.published) }) : word("undated");
  const known = LANGUAGES.includes(article.language);
  const answered = link.closest(".message-content")?.querySelector(".said")?.lang;
  const parts = [article.publisher, when, known ? word(`in_${article.language}`) : ""].filter(Boolean);
  const title = element("h3", { textContent: article.title || word("untitled"), lang: known ? article.language : "" });
  const nodes = [title, element("p", { className: "about", textContent: parts.join(" · ") })];
  if (cite.verdict) nodes.push(element("p", { className: `verdict ${cite.verdict}`, textContent: word(cite.verdict) }));
  if (cite.end && known && answered && answered !== article.language) {
    nodes.push(element("p", { className: "foreign", textContent: word("foreign", { language: word(`in_${article.language}`) }) }));
  }
  const translation = link.closest("li")?.querySelector(".translation");
  if (translation) nodes.push(element("p", { className: "translation", textContent: translation.textContent }));
  if (/^https?:\/\//i.test(article.url)) {
    const original = element("a", { href: article.url, target: "_blank", rel: "noopener noreferrer nofollow", textContent: word("original") });
    original.append(element("span", { className: "only-read", textContent: ` (${word("opens_new")})` }));
    nodes.push(element("p", { className: "original" }, original));
  }
  return nodes;
}

// The server counts code points, JavaScript UTF-16 units: the text is cut as an array of code points.
function body(article, cite) {
  const letters = Array.from(article.text);
  const text = element("div", { className: "text", lang: LANGUAGES.includes(article.language) ? article.language : "" });
  for (let at = 0; at < letters.length; ) {
    let end = letters.indexOf("\n", at);
    end = end < 0 ? letters.length : end;
    if (end > at) text.append(paragraph(letters, at, end, cite));
    at = end + 1;
  }
  return text;
}

function paragraph(letters, start, end, cite) {
  const [first, last] = [Math.max(start, cite.start), Math.min(end, cite.end)];
  const said = (from, to) => letters.slice(from, to).join("");
  if (first >= last) return element("p", { textContent: said(start, end) });
  const mark = element("mark", {}, element("span", { className: "only-read", textContent: `${word("quoted")}: ` }), said(first, last));
  return element("p", {}, said(start, first), mark, said(last, end));
}

panel.addEventListener("close", () => {
  document.body.classList.remove("panel-open");
  shown++;
  const again = from?.isConnected ? from : document.querySelector(`a[href="${CSS.escape(from?.getAttribute("href") ?? "")}"]`);
  again?.focus();
  from = null;
});
panel.addEventListener("click", (event) => event.target === panel && narrow.matches && panel.close());
document.addEventListener("keydown", (event) => {
  if (!panel.open || event.target.closest("input, textarea, select")) return;
  if (event.key === "Escape" && !document.querySelector("dialog.asks[open]")) panel.close();
  const step = { ArrowLeft: "previous", ArrowRight: "next" }[event.key];
  if (step && panel.contains(event.target)) panel.querySelector(`[data-turn="${step}"]:not(:disabled)`)?.click();
});
