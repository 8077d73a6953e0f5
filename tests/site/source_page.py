"""The text of the source page rebuilt from the published graph."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

NO_BREAK_SPACE = "\u00a0"

_PREFIXES = """\
PREFIX cv: <http://data.europa.eu/m8g/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX eko: <https://w3id.org/ekograph/def#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
"""

_LABELS = """
    ?thing skos:prefLabel ?label ; eko:displayOrder ?order .
    FILTER(LANG(?label) = "fi")
    OPTIONAL { ?thing skos:hiddenLabel ?exact . FILTER(REPLACE(?exact, "\u00a0", " ") = ?label) }
"""


def published(shelf: Path) -> Store:
    """The dataset of the snapshot in service on a shelf."""
    store = Store()
    store.load(path=shelf / "current/dataset.nq", format=RdfFormat.N_QUADS)
    return store


def rows(store: Store, query: str, **given: NamedNode) -> list[tuple[str, ...]]:
    """The solutions of a query of the union of all graphs, as plain texts in the order of the projection."""
    for name, node in given.items():
        query = query.replace(f"${name}", str(node))
    solutions = store.query(_PREFIXES + query, use_default_graph_as_union=True)
    return [tuple(_text(term) for term in solution) for solution in solutions]


def outline(store: Store) -> str:
    """The lists of priorities of all agreements, as the source page prints them."""
    query = f"SELECT ?thing ?label ?exact WHERE {{ ?thing a eko:Agreement . {_LABELS} }} ORDER BY ?order"
    parts: list[str] = []
    for agreement, label, _ in rows(store, query):
        lines = [_line(text, depth) for text, depth in _priorities(store, NamedNode(agreement), "topConceptOf", 1)]
        parts += [label, "\n".join(lines)]
    return "\n\n".join(parts)


def _priorities(store: Store, above: NamedNode, link: str, depth: int) -> list[tuple[str, int]]:
    """What stands below an agreement or a priority, each with its depth, in the order of the source."""
    query = f"SELECT ?thing ?label ?exact WHERE {{ ?thing skos:{link} $above . {_LABELS} }} ORDER BY ?order"
    found: list[tuple[str, int]] = []
    for thing, label, exact in rows(store, query, above=above):
        found.append((exact or label, depth))
        found += _priorities(store, NamedNode(thing), "broader", depth + 1)
    return found


def _line(text: str, depth: int) -> str:
    return f"{'  ' * depth}• {text}"


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
