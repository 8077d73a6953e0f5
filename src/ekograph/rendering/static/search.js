// Suggestions while typing (the combobox pattern of the ARIA Authoring Practices); without this the form works too.
"use strict";

const wait = 120;

const boxes = document.querySelectorAll("input[data-complete]");
for (const input of boxes) complete(input);

// The slash leads to the search, but where it is typed.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (localStorage.getItem("slash") === "off" || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !boxes.length) return;
  event.preventDefault();
  boxes[0].focus();
});

// Who dictates or types by chance can do without it (WCAG 2.1.4): a box on the page about accessibility.
const choice = document.getElementById("slash");
if (choice) {
  choice.closest("[hidden]").hidden = false;
  choice.checked = localStorage.getItem("slash") === "off";
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.setItem("slash", "off");
    else localStorage.removeItem("slash");
  });
}

// The plural of the language of the page (CLDR).
function counted(input, count) {
  const category = new Intl.PluralRules(document.documentElement.lang).select(count);
  return (input.dataset[category] ?? input.dataset.other).replace("#", count);
}

function complete(input) {
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent);
  list.hidden = true;
  status.className = "unseen";
  status.setAttribute("role", "status");
  input.parentNode.append(list);
  input.form.append(status);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    input.setAttribute(name, value);
  }

  let timer, asked = "", active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = (hits) => {
    list.replaceChildren(...hits.map((hit, at) => option(hit, `${list.id}-${at}`)));
    close();
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    status.textContent = hits.length ? counted(input, hits.length) : "";
  };

  const move = (step) => {
    const options = [...list.children];
    if (list.hidden || !options.length) return;
    active = (active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((each, at) => each.setAttribute("aria-selected", String(at === active)));
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  };

  const ask = async () => {
    const text = input.value.trim();
    if (text === asked) return;
    asked = text;
    if (text.length < 2) return show([]);
    try {
      const answer = await fetch(input.dataset.complete + encodeURIComponent(text));
      const { results } = answer.ok ? await answer.json() : { results: [] };
      if (text === asked && document.activeElement === input) show(results);
    } catch {
      show([]); // without the network the form still works when it is back
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(list.children[active].dataset.address);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
}

function option(hit, id) {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.address = hit.address;
  const name = document.createElement("span");
  name.textContent = hit.name;
  if (hit.language) name.lang = hit.language;
  const kind = document.createElement("span");
  kind.className = "kind";
  kind.textContent = hit.kindName;
  item.append(name, kind);
  item.addEventListener("mousedown", (event) => {
    event.preventDefault();
    location.assign(hit.address);
  });
  return item;
}
