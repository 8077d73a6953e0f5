// Shows the answer of a query as a table below the form, and keeps the query in the address of the page.
// Where the editor is built (editor/editor.js), it takes the answer and shows it in more ways.
"use strict";

const most = 1000;
const form = document.querySelector("form.query");
const query = form.elements.query;
const place = document.getElementById("answer");
const show = document.getElementById("show");
const stop = document.getElementById("stop");
const permalink = document.getElementById("permalink");

const asked = new URLSearchParams(location.search).get("query");
if (asked) query.value = asked;
show.hidden = false;
show.classList.remove("second");
form.querySelector("[type=submit]").classList.add("second");
show.addEventListener("click", run);
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});

// The query that was asked last, whose answer alone is shown.
let asking = null;

stop.addEventListener("click", () => asking?.abort());

async function run() {
  asking?.abort();
  const { signal } = (asking = new AbortController());
  const started = asking;
  stop.hidden = false;
  history.replaceState(null, "", `?${new URLSearchParams({ query: query.value })}`);
  permalink.href = location.href;
  permalink.parentElement.hidden = false;
  place.dispatchEvent(new CustomEvent("asked"));
  tell(place.dataset.wait);
  const accept = "application/sparql-results+json, text/turtle;q=0.9";
  try {
    const headers = { Accept: accept, "Accept-Language": document.documentElement.lang, "Content-Type": "application/sparql-query" };
    const answer = await fetch("/sparql", { method: "POST", headers, body: query.value, signal });
    const text = answer.ok ? await answer.text() : `${place.dataset.failed} ${await reason(answer)}`;
    if (started !== asking) return;
    if (!answer.ok) return tell(text);
    const contentType = answer.headers.get("Content-Type");
    const found = contentType.includes("json") ? JSON.parse(text) : null;
    if (found?.boolean !== undefined) return tell(found.boolean ? place.dataset.true : place.dataset.false);
    const rows = found && (() => table(found.head.vars, found.results.bindings));
    if (taken({ data: text, contentType, status: answer.status, table: rows })) return (place.hidden = true);
    if (!found) return tell(text, "pre");
    place.replaceChildren(rows());
  } catch (error) {
    if (started === asking) tell(signal.aborted ? place.dataset.stopped : `${place.dataset.failed} ${error.message}`);
  } finally {
    if (started === asking) stop.hidden = true;
  }
}

function taken(detail) {
  return !place.dispatchEvent(new CustomEvent("answer", { detail, cancelable: true }));
}

async function reason(answer) {
  const type = answer.headers.get("Content-Type") || "";
  if (!type.includes("json")) return `${answer.status} ${answer.statusText}`;
  const { title, detail } = await answer.json();
  return `${title}. ${detail}`;
}

function tell(text, name = "p") {
  const element = document.createElement(name);
  element.textContent = text;
  if (name === "pre") element.className = "code";
  place.hidden = false;
  place.replaceChildren(element);
}

function table(variables, rows) {
  const box = document.createElement("div");
  const made = document.createElement("table");
  box.className = "scroll";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  const caption = made.createCaption();
  const counted = rows.length === 1 ? place.dataset.row : place.dataset.rows.replace("{count}", rows.length);
  const cut = rows.length > most ? ` ${place.dataset.cut.replace("{shown}", most)}` : "";
  caption.textContent = counted + cut;
  box.setAttribute("aria-label", caption.textContent);
  const head = made.createTHead().insertRow();
  for (const each of variables) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = each;
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows.slice(0, most)) {
    const line = body.insertRow();
    for (const each of variables) line.insertCell().append(value(row[each]));
  }
  box.append(made);
  return box;
}

function value(term) {
  if (!term) return "";
  if (term.type === "uri" && /^https?:/.test(term.value)) {
    const link = document.createElement("a");
    link.href = local(term.value);
    link.textContent = term.value.replace(form.dataset.base, "");
    return link;
  }
  const text = document.createElement("span");
  text.textContent = term.type === "triple" ? JSON.stringify(term.value) : term.value;
  if (term["xml:lang"]) text.lang = term["xml:lang"];
  return text;
}

function local(iri) {
  const base = form.dataset.base;
  return base && iri.startsWith(base) ? `/${iri.slice(base.length)}` : iri;
}
