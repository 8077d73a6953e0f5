// Bar charts, where an answer has columns of names and of numbers: one below the other, for at most three columns of numbers.
const NUMBERS = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const SVG = "http://www.w3.org/2000/svg";
const MOST_BARS = 60;
const MOST_CHARTS = 3;
const [NAME, BAR, ROW] = [260, 380, 28];

/** For each column of numbers what is measured, and pairs of a name and a number; empty where the results are of another form. */
export function series(results) {
  const rows = results?.getBindings() ?? [];
  const variables = results?.getVariables() ?? [];
  if (rows.length < 2 || rows.length > MOST_BARS) return [];
  const numeric = variables.filter((each) => rows.every((row) => NUMBERS.test(row[each]?.datatype ?? "")));
  const named = variables.filter((each) => !numeric.includes(each));
  if (named.length === 0) return [];
  return numeric
    .map((measure) => ({ measure, pairs: rows.map((row) => [shown(row, named), Number(row[measure].value)]) }))
    .filter(({ pairs }) => pairs.every(([, number]) => number >= 0))
    .slice(0, MOST_CHARTS);
}

// A label says more than the IRI beside it.
function shown(row, variables) {
  const terms = variables.map((each) => row[each]).filter(Boolean);
  const chosen = terms.find((each) => each.type !== "uri") ?? terms[0];
  return chosen ? (chosen.type === "uri" ? chosen.value.replace(/^.*[#/](?=.)/, "") : chosen.value) : "–";
}

/** The bars of the pairs as an SVG; whoever cannot see it has the same in its name, and in the table. */
export function chart({ measure, pairs }) {
  const most = Math.max(...pairs.map(([, number]) => number), 1);
  const drawn = element("svg", { class: "chart", role: "img", viewBox: `0 0 ${NAME + BAR + 90} ${(pairs.length + 1) * ROW}` });
  const told = pairs.map(([name, number]) => `${name}: ${number}`).join(", ");
  drawn.setAttribute("aria-label", `${measure}. ${told}`);
  drawn.append(element("text", { class: "measure", x: NAME, y: ROW / 2 }, measure));
  pairs.forEach(([name, number], index) => drawn.append(...bar(name, number, number / most, (index + 1) * ROW)));
  return drawn;
}

function bar(name, number, share, top) {
  const middle = top + ROW / 2;
  const short = name.length > 38 ? `${name.slice(0, 37)}…` : name;
  const spelled = number.toLocaleString(document.documentElement.lang);
  return [
    element("text", { class: "end", x: NAME - 10, y: middle }, short),
    element("rect", { x: NAME, y: top + 4, width: Math.max(share * BAR, 1), height: ROW - 8 }),
    element("text", { x: NAME + share * BAR + 8, y: middle }, spelled),
  ];
}

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
