"""The W3C test suites of SPARQL: their manifests, read into cases. The suites are not part of this repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import NamedNode, Triple
from tests.conftest import SHARED

SUITES = SHARED / "suites" / "rdf-tests-sparql"

#: Where the files of the suites are as IRIs; queries, data and results are read with these as their base.
BASE = "http://tests.example/sparql/"

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

#: What is about SPARQL Update or about entailment, which are not offered here.
LEFT_OUT = (
    "update",
    "add",
    "clear",
    "copy",
    "delete",
    "drop",
    "move",
    "entailment",
    "http-rdf",
    "graph-store",
    "service/",
)


@dataclass(frozen=True)
class Case:
    """One test: its IRI below BASE, its kind (QueryEvaluationTest, ...), and the IRIs of its files."""

    name: str
    kind: str
    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    result: str = ""


class Manifest:
    """A manifest as a graph that can be asked."""

    def __init__(self, path: Path) -> None:
        quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=iri_of(path))
        self._triples: dict[tuple[object, str], list[object]] = {}
        for quad in quads:
            self._triples.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def all(self, subject: object, predicate: str) -> list:
        return self._triples.get((subject, predicate), [])

    def one(self, subject: object, predicate: str):
        return next(iter(self.all(subject, predicate)), None)

    def members(self, head: object) -> Iterator:
        """The members of an RDF list."""
        while head is not None and head != NamedNode(f"{_RDF}nil"):
            yield self.one(head, f"{_RDF}first")
            head = self.one(head, f"{_RDF}rest")

    def entries(self) -> Iterator:
        """The tests, in order."""
        for (_, predicate), heads in list(self._triples.items()):
            if predicate == f"{_MF}entries":
                yield from self.members(heads[0])

    def kind(self, test: object) -> str:
        """The local name of the type of a test."""
        found = self.one(test, f"{_RDF}type")
        return found.value.rpartition("#")[2] if found else ""


def iri_of(path: Path) -> str:
    """The IRI of a file of the suites."""
    return BASE + path.relative_to(SUITES).as_posix()


def path_of(iri: str) -> Path:
    """The file of an IRI."""
    return SUITES / iri.removeprefix(BASE)


@cache
def cases(version: str) -> tuple[Case, ...]:
    """All cases of `version` (sparql10, sparql11, sparql12) that are about queries; none when there are no suites."""
    found = []
    for path in sorted((SUITES / version).rglob("manifest*.ttl")):
        place = path.relative_to(SUITES / version).as_posix()
        if not place.startswith(LEFT_OUT) and "/" in place:
            manifest = Manifest(path)
            found += [case for test in manifest.entries() if (case := _case(manifest, test, path))]
    return tuple(dict.fromkeys(found))


def _case(manifest: Manifest, test: object, path: Path) -> Case | None:
    action, kind = manifest.one(test, f"{_MF}action"), manifest.kind(test)
    if action is None or (not kind.endswith("Test") and not kind.endswith("Test11")) or "Update" in kind:
        return None
    name = f"{path.parent.relative_to(SUITES).as_posix()}#{test.value.rpartition('#')[2]}"
    if isinstance(action, NamedNode):
        return Case(name, kind.removesuffix("11"), action.value)
    query = manifest.one(action, f"{_QT}query")
    if query is None:
        return None
    result = manifest.one(test, f"{_MF}result")
    default = tuple(each.value for each in manifest.all(action, f"{_QT}data"))
    named = tuple(each.value for each in manifest.all(action, f"{_QT}graphData") if isinstance(each, NamedNode))
    return Case(name, kind, query.value, default, named, result.value if result else "")


def data_files() -> list[str]:
    """The IRIs of all files that hold data of some case, also those that a query names with FROM."""
    named = {iri for version in ("sparql10", "sparql11", "sparql12") for each in cases(version) for iri in _data(each)}
    dataset = {iri_of(path) for path in SUITES.glob("*/dataset/*.ttl")} if SUITES.is_dir() else set()
    return sorted(named | dataset)


def _data(case: Case) -> tuple[str, ...]:
    return (*case.default, *case.named)


def quads_of(iri: str, number: int) -> Iterator[ox.Quad]:
    """The quads of a data file, its default graph under its own IRI, its blank nodes kept from those of others."""
    for quad in _parsed(iri):
        graph = NamedNode(iri) if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name
        yield ox.Quad(_apart(quad.subject, number), quad.predicate, _apart(quad.object, number), graph)


def inner_graphs(case: Case) -> list[str]:
    """The names of the graphs within the files of the default graph of a case (TriG)."""
    quads = (quad for iri in case.default if iri.endswith(".trig") for quad in _parsed(iri))
    return sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)})


def _parsed(iri: str) -> Iterator[ox.Quad]:
    path = path_of(iri)
    return ox.parse(path=str(path), format=ox.RdfFormat.from_extension(path.suffix[1:]), base_iri=iri)


def _apart(term, number: int):
    if isinstance(term, ox.BlankNode):
        return ox.BlankNode(f"f{number}x{term.value}")
    if isinstance(term, Triple):
        return Triple(_apart(term.subject, number), term.predicate, _apart(term.object, number))
    return term
