"""States of a site as datasets, labelled as they are or would be published: a snapshot, or sources not yet checked.

What publication adds to what was written: the inverse links that SKOS tools look for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf.canonical import canonical
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import SKOS
from ekograph.snapshots.snapshot import Manifest, Snapshot
from ekograph.urls import graph_name
from ekograph.validation.parsing import parsed
from ekograph.validation.report import Finding
from ekograph.validation.sources import collect


class UnreadableError(Exception):
    """Sources that no dataset can be made of; `findings` say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} faults")
        self.findings = findings


def view(known: Settings | Manifest, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """How a dataset is looked at: base, prefixes, languages and spaces of names, as Dataset takes them."""
    return {"base": known.base, "prefixes": prefixes, "languages": known.languages, "spaces": known.own}


def dataset_of(nquads: bytes, known: Settings | Manifest, prefixes: Mapping[str, str]) -> Dataset:
    """The dataset of sorted N-Quads."""
    return Dataset(parse(nquads, RdfFormat.N_QUADS), in_order=True, **view(known, prefixes))


def published(snapshot: Snapshot) -> Dataset:
    """The dataset of a snapshot."""
    quads = parse(path=snapshot.dataset, format=RdfFormat.N_QUADS)
    return Dataset(quads, in_order=True, **view(snapshot.manifest, snapshot.manifest.prefixes))


def written(settings: Settings, messages: Messages) -> Dataset:
    """The dataset that the sources of a site would be published as; whether they conform is not asked.

    Raises SourceError for sources that cannot be read, UnreadableError (its findings in the language of `messages`, of
    the area "check") for sources that are not well-formed.
    """
    files = [parsed(source, messages) for source in collect(settings) if source.kind != "shapes"]
    faults = [finding for file in files for finding in file.findings]
    if faults:
        raise UnreadableError(faults)
    quads = [quad for item in files for quad in item.quads]
    prefixes = {prefix: iri for item in reversed(files) for prefix, iri in item.prefixes.items()}
    return dataset_of(canonical([*quads, *derived(quads, settings.base)]), settings, prefixes)


#: What is written, and its inverse, which is added (SKOS S8 and S25).
INVERSES = {
    NamedNode(f"{SKOS}broader"): NamedNode(f"{SKOS}narrower"),
    NamedNode(f"{SKOS}topConceptOf"): NamedNode(f"{SKOS}hasTopConcept"),
}


def derived(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The inverses that are not stated yet, in the graph `{base}graph/derived`."""
    of_interest = {*INVERSES, *INVERSES.values()}
    stated = {quad.triple for quad in quads if quad.predicate in of_interest}
    graph = NamedNode(graph_name(base, "derived"))
    for triple in sorted(stated, key=str):
        inverse = INVERSES.get(triple.predicate)
        if inverse is None or isinstance(triple.object, Literal):
            continue
        quad = Quad(triple.object, inverse, triple.subject, graph)
        if quad.triple not in stated:
            yield quad


def with_derived(nquads: bytes, base: str) -> bytes:
    """The dataset of the canonical `nquads` with what is derived from it, as canonical N-Quads (RDFC-1.0)."""
    added = list(derived(linking(nquads), base))
    if any(isinstance(item, BlankNode) for quad in added for item in (quad.subject, quad.object)):
        return canonical([*parse(nquads, RdfFormat.N_QUADS), *added])
    # Quads without blank nodes change no label (RDFC-1.0, section 4.4), so that nothing need be written anew.
    new = (serialize(added, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(sorted([*nquads.splitlines(keepends=True), *new])) if new else nquads


def linking(nquads: bytes) -> list[Quad]:
    """The quads that something may be derived from: finding their lines in the text takes less than to read all."""
    lines = []
    for predicate in (*INVERSES, *INVERSES.values()):
        needle = f" {predicate} ".encode()
        at = nquads.find(needle)
        while at >= 0:
            end = nquads.find(b"\n", at) + 1
            lines.append(nquads[nquads.rfind(b"\n", 0, at) + 1 : end])
            at = nquads.find(needle, end)
    return list(parse(b"".join(lines), RdfFormat.N_QUADS))
