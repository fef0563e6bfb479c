// The page's texts, from the same tables that the server uses.
const tables = {};
let current = "";

export async function load(language) {
  tables[language] ??= await (await fetch(`/static/words/${language}.json`)).json();
  current = language;
}

export const language = () => current;

export function word(key, values = {}) {
  const text = tables[current]?.[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function day(iso) {
  const [year, month, number] = iso.split("-").map(Number);
  return word("day", { year, month: tables[current]?.months[month - 1], day: number });
}
