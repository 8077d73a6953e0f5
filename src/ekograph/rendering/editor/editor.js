// The query editor and the views of its results, YASGUI's Yasqe and Yasr, in place of the plain text field and table.
// `static/sparql.js` still runs the query and keeps the address; it hands each answer to whoever takes it.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "./editor.css";
import { completers } from "./completion.js";
import { register, results } from "./results.js";

const form = document.querySelector("form.query");
const field = form.elements.query;
const place = document.getElementById("answer");
const views = document.getElementById("views");
const words = { ...place.dataset, ...views.dataset };
const prefixes = JSON.parse(form.dataset.prefixes);

let shown = null;

edit();
register(Yasgui.Yasr, words);

place.addEventListener("answer", (event) => {
  shown ??= results(Yasgui.Yasr, views, words, prefixes);
  views.hidden = false;
  shown.show(event.detail);
  event.preventDefault();
});
place.addEventListener("asked", () => {
  views.hidden = true;
});

function edit() {
  const names = completers(prefixes);
  for (const each of names) Yasgui.Yasqe.registerAutocompleter(each, false);
  const box = document.createElement("div");
  field.after(box);
  const made = new Yasgui.Yasqe(box, settings(["variables", ...names.map((each) => each.name)]));
  field.hidden = true;
  field.required = false;
  form.querySelector("label[for=query]").addEventListener("click", () => made.focus());
  made.on("autocompletionShown", (_, list) => list.hints.setAttribute("aria-label", words.suggestions));
  made.on("change", () => (field.value = made.getValue()));
}

// Nothing is kept in the browser, nothing is asked of other hosts, and Tab leads on, not into the text (WCAG 2.1.2).
function settings(autocompleters) {
  const run = () => document.getElementById("show").click();
  return {
    value: field.value,
    autocompleters,
    screenReaderLabel: form.querySelector("label[for=query]").textContent,
    persistenceId: null,
    createShareableLink: null,
    consumeShareLink: null,
    prefixCcApi: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": () => {} },
  };
}
