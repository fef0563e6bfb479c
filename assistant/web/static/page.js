// The page's script. The server renders what is shown; this obeys its buttons (a name and a value each), opens
// sources and dialogs, and mends what gradio's own markup lacks for those who do not see it. Nothing here makes
// HTML of text: elements are made one by one, and text is set as text.
import { askFor } from "./dialogs.js";
import { isOpen, openSource } from "./panel.js";
import { load, language, word } from "./words.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// Which hidden button a command goes through: `ask` streams.
const WAYS = {
  ask: ["ask", "retry", "edit", "narrow"],
  shelf: ["sort", "page", "remove", "undo"],
  language: ["language"],
};

function press(command) {
  const way = Object.keys(WAYS).find((key) => WAYS[key].includes(command.name)) ?? "do";
  const field = $("#command textarea, #command input");
  field.value = JSON.stringify(command);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => $(`#press-${way}`).click());
}

// What a command needs to be told first; null from a dialog means that the reader thought better of it.
const FIRST = {
  async edit({ value }) {
    const asked = $$("#chat .asked .q")[Number(value)];
    const field = { kind: "area", name: "text", label: word("question"), value: asked?.innerText ?? "" };
    return askFor({ title: word("edit_question"), hint: word("edit_hint"), fields: [field], submit: word("ask") });
  },
  async rename({ value }) {
    const title = $$("#talks .talk").find((one) => one.value === value)?.querySelector(".title")?.textContent;
    const field = { kind: "text", name: "text", label: word("rename_title"), value: title ?? "" };
    return askFor({ title: word("rename_title"), fields: [field], submit: word("save") });
  },
  async delete() {
    return askFor({ title: word("delete_title"), hint: word("delete_hint"), fields: [], submit: word("delete") });
  },
  async bad() {
    const reasons = ["wrong_fact", "wrong_source", "not_answered", "too_old"].map(word);
    const fields = [
      { kind: "choice", name: "reason", label: word("why"), options: reasons },
      { kind: "area", name: "own", label: word("other_reason"), value: "" },
    ];
    const said = await askFor({ title: word("why"), hint: word("why_hint"), fields, submit: word("send") });
    return said && { text: [said.reason, said.own].filter(Boolean).join(". ") };
  },
  async filters() {
    const publishers = await (await fetch("/reader/publishers")).json();
    const any = ["", word("any")];
    const fields = [
      { kind: "date", name: "since", label: word("filter_since") },
      { kind: "date", name: "until", label: word("filter_until") },
      { kind: "select", name: "publisher", label: word("filter_publisher"), options: [any, ...publishers.map((one) => [one, one])] },
      { kind: "select", name: "language", label: word("filter_language"), options: [any, ...["kk", "ru", "en"].map((one) => [one, word(one)])] },
    ];
    return askFor({ title: word("filter_title"), fields, submit: word("apply") });
  },
};

// Commands that the server need not hear of.
const HERE = {
  copy: (button) => toClipboard(answerText(button.closest(".message-content")), word("copied")),
  link: (button) => toClipboard(`${location.origin}/?answer=${button.value}`, word("link_copied")),
  side: () => document.body.classList.toggle("side-open"),
  "export-md": (button) => download(button.value, "md"),
  "export-json": (button) => download(button.value, "json"),
};

document.addEventListener("click", async (event) => {
  const link = event.target.closest('a[href^="#cite/"]');
  if (link) {
    event.preventDefault();
    openSource(link);
    return;
  }
  const button = event.target.closest(".gradio-container button[name]");
  if (!button) return;
  const { name, value } = button;
  if (HERE[name]) return void HERE[name](button);
  const more = FIRST[name] ? await FIRST[name](button) : {};
  if (more === null) return;
  if (name === "language") document.cookie = `language=${value}; path=/; max-age=31536000; samesite=lax`;
  if (name === "good") tell(word("thanks"));
  if (["new", "open", "delete"].includes(name)) document.body.classList.remove("side-open");
  press({ name: name === "filters" ? "filter" : name, value, more });
  if (name === "ask" || name === "new") $("#box textarea")?.focus();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key === "Escape" && document.body.classList.contains("side-open") && !isOpen()) {
    document.body.classList.remove("side-open");
    $("#head button.side")?.focus();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    $("#box textarea")?.focus();
  }
});

function answerText(message) {
  const plain = (node) => {
    const copy = node.cloneNode(true);
    $$(".only-read", copy).forEach((one) => one.remove());
    $$("a.cite", copy).forEach((one) => one.replaceWith(` [${one.textContent.trim()}]`));
    return copy.textContent.replace(/[ \u00a0]+/g, " ").trim();
  };
  const said = $$(".said > p", message).map(plain);
  const sources = $$(".sources li", message).map((item) => {
    const parts = [$(".title", item)?.textContent, $(".about", item)?.textContent, $(".original", item)?.href];
    return `[${$("a.cite .n", item).textContent}] ${parts.filter(Boolean).join(" · ")}`;
  });
  return [...said, ...(sources.length ? ["", `${word("sources")}:`, ...sources] : [])].join("\n");
}

async function toClipboard(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch {
    tell(word("copy_failed"));
  }
}

function download(conversation, form) {
  const link = document.createElement("a");
  link.href = `/reader/conversations/${encodeURIComponent(conversation)}.${form}?language=${language()}`;
  link.download = "";
  link.click();
}

const skip = document.createElement("a");
skip.id = "skip";
skip.href = "#box";
skip.addEventListener("click", (event) => {
  event.preventDefault();
  $("#box textarea")?.focus();
});
document.body.prepend(skip);

const toast = document.createElement("div");
toast.id = "toast";
toast.setAttribute("role", "status");
document.body.append(toast);
let fading;

function tell(text) {
  toast.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.textContent = ""), 2500);
}

let spoken = "";

// What gradio's sanitiser takes away or its own markup has wrong, set again after each change.
function mend() {
  const bar = $("#head .bar");
  if (!bar) return;
  const now = bar.lang;
  if (spoken !== now) {
    spoken = now;
    load(now).then(mend);
  }
  if (language() !== now) return;
  set(document.documentElement, "lang", now);
  const title = $("h1", bar)?.textContent;
  if (title && document.title !== title) document.title = title;
  // gradio reads a message's HTML source aloud as its label
  $$('#chat [data-testid="bot"], #chat [data-testid="user"]').forEach((one) => one.removeAttribute("aria-label"));
  const log = $('#chat [role="log"]');
  if (log) {
    set(log, "aria-label", word("log"));
    set(log, "tabindex", "0");
    set(log, "aria-busy", String(Boolean($("#chat .status"))));
  }
  $$(".languages button").forEach((one) => set(one, "aria-pressed", String(one.classList.contains("on"))));
  $$(".act.good, .act.bad").forEach((one) => set(one, "aria-pressed", String(one.classList.contains("on"))));
  $$("#talks .current .talk").forEach((one) => set(one, "aria-current", "true"));
  $$("#table th").forEach((one) => {
    const button = $("button", one);
    const way = button?.classList.contains("up") ? "ascending" : button?.classList.contains("down") ? "descending" : "none";
    set(one, "aria-sort", way);
  });
  $$("progress").forEach((one) => set(one, "aria-label", one.previousElementSibling?.textContent ?? ""));
  if (skip.textContent !== word("skip")) skip.textContent = word("skip");
  address();
  document.body.classList.add("ready");
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// The address names the conversation that is open, so that reloading comes back to it.
function address() {
  const open = $("#talks .current .talk")?.value;
  const here = new URL(location.href);
  if (open === (here.searchParams.get("talk") ?? undefined)) return;
  if (open) {
    here.searchParams.delete("answer");
    here.searchParams.set("talk", open);
  } else if ($("#talks p, #talks ul") && !here.searchParams.has("answer")) {
    here.searchParams.delete("talk");
  } else return;
  history.replaceState(null, "", here);
}

let waiting = false;
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mend();
  });
}).observe(document.body, { childList: true, subtree: true, characterData: true });
