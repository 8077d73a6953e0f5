// What the editor completes: the prefixes of this site, and the classes and properties that its VoID counts.
import Yasgui from "@zazuko/yasgui";

const VOID = "http://rdfs.org/ns/void#";
const described = new Map();

/** The completers of prefixes, classes and properties; the page knows the prefixes, the rest is fetched once. */
export function completers(prefixes) {
  const { prefixes: prefix, class: kind, property } = Yasgui.Yasqe.Autocompleters;
  return [
    { ...prefix, name: "own-prefixes", persistenceId: null, get: declarations(prefixes) },
    { ...kind, name: "own-classes", autoShow: true, get: (_, token) => matching("class", token, prefixes) },
    { ...property, name: "own-properties", autoShow: true, get: (_, token) => matching("property", token, prefixes) },
  ];
}

function declarations(prefixes) {
  return Object.entries(prefixes).map(([name, namespace]) => `${name}: <${namespace}>`).sort();
}

async function matching(kind, token, prefixes) {
  const wanted = expanded(token?.autocompletionString ?? "", prefixes);
  return (await used(kind)).filter((iri) => iri.startsWith(wanted));
}

// A prefix that the query does not declare is one of the site, which the endpoint knows.
function expanded(text, prefixes) {
  const colon = text.indexOf(":");
  const namespace = prefixes[text.slice(0, colon)];
  return namespace ? namespace + text.slice(colon + 1) : text;
}

async function used(kind) {
  if (!described.has(kind)) described.set(kind, read(kind));
  return described.get(kind);
}

async function read(kind) {
  const answer = await fetch("/.well-known/void", { headers: { Accept: "application/n-triples" } });
  if (!answer.ok) return [];
  const line = new RegExp(`<${VOID}${kind}> <([^>]+)>`, "g");
  return [...(await answer.text()).matchAll(line)].map((found) => found[1]).sort();
}
