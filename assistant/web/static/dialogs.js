// Dialogs that ask for a few things: native, so that focus, Escape and screen readers work by themselves.
import { word } from "./words.js";

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one !== null && one !== ""));
  return made;
}

let count = 0;

/** Ask for the fields' values; an object of them, or null when the reader cancels. */
export function askFor({ title, hint = "", fields, submit }) {
  const id = `dialog-${++count}`;
  const form = element("form", { method: "dialog" });
  const heading = element("h2", { id, textContent: title });
  form.append(heading, ...(hint ? [element("p", { className: "hint", textContent: hint })] : []));
  form.append(...fields.map((field) => draw(field, title)));
  const cancel = element("button", { type: "button", className: "quiet", textContent: word("cancel") });
  const send = element("button", { type: "submit", className: "main", textContent: submit, value: "send" });
  form.append(element("p", { className: "buttons" }, cancel, send));
  const dialog = element("dialog", { className: "asks", "aria-labelledby": id }, form);
  const before = document.activeElement;
  document.body.append(dialog);
  return new Promise((resolve) => {
    cancel.addEventListener("click", () => dialog.close("cancel"));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close("cancel"));
    dialog.addEventListener("close", () => {
      const values = dialog.returnValue === "send" ? Object.fromEntries(new FormData(form)) : null;
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(values);
    });
    dialog.showModal();
    form.querySelector("textarea, input, select")?.focus();
  });
}

function draw(field, title) {
  if (field.kind === "choice") {
    const legend = element("legend", { className: field.label === title ? "only-read" : "", textContent: field.label });
    const options = field.options.map((option) =>
      element("label", { className: "option" }, element("input", { type: "radio", name: field.name, value: option }), option),
    );
    return element("fieldset", {}, legend, ...options);
  }
  const caption = element("span", { className: field.label === title ? "only-read" : "", textContent: field.label });
  return element("label", { className: "field" }, caption, input(field));
}

function input({ kind, name, value = "", options = [] }) {
  if (kind === "area") return element("textarea", { name, value, rows: 3, maxLength: 2000 });
  if (kind === "select") {
    return element("select", { name }, ...options.map(([id, text]) => element("option", { value: id, textContent: text })));
  }
  return element("input", { type: kind, name, value, ...(kind === "text" ? { maxLength: 200 } : {}) });
}
