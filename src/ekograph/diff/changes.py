"""What changes one state of a dataset into another, quad by quad, and the same as RDF Patch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import BlankNode, DefaultGraph, Quad, Triple

from ekograph.diff.structures import Structure, canonical_triples, quads_of, split
from ekograph.rdf.texts import local_name


@dataclass(frozen=True)
class Changes:
    """The quads to remove from the old state and those to add to it, sorted; false when there are none.

    Blank nodes of `removed` have the labels they have in the old state, those of `added` labels that are not used
    there: put into effect label by label, the changes give a state isomorphic to the new one.
    """

    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class Moves:
    """Changes of graph alone, which is to say, of file.

    `triples` counts the moved triples by the names of their old and new graphs; `removed` and `added` are the changed
    quads without the moved structures of blank nodes.
    """

    triples: Counter[tuple[str, str]]
    removed: list[Quad]
    added: list[Quad]


def compare(old: Iterable[Quad], new: Iterable[Quad]) -> Changes:
    """The changes from `old` to `new`, whose blank nodes are matched by what is said of them, not by label.

    RDFC-1.0 over a whole dataset renames many blank nodes when one changes. So each structure that blank nodes
    hold together is canonicalised by itself; equal ones cancel out, and only what is left over has changed.

    The labels of added blank nodes are made from what their structure says. `compare((), x).added` is `x` with
    such labels throughout; between two states so labelled, the changes lead from labels to labels exactly, and
    a chain of them can be replayed.
    """
    old_ground, old_structures = split(old)
    new_ground, new_structures = split(new)
    # Canonicalising takes time: structures that are the same to the letter are set aside first.
    same = set(old_structures) & set(new_structures)
    before, after = _by_form(set(old_structures) - same), _by_form(set(new_structures) - same)
    removed = [copy for form, copies in before.items() for copy in copies[len(after.get(form, ())) :]]
    added = [form for form, copies in after.items() for _ in copies[len(before.get(form, ())) :]]
    used = {node.value for structure in old_structures for node in structure.nodes}
    return Changes(
        tuple(sorted([*(new_ground - old_ground), *quads_of(_labelled(added, used))], key=str)),
        tuple(sorted([*(old_ground - new_ground), *quads_of(removed)], key=str)),
    )


def moves(removed: Iterable[Quad], added: Iterable[Quad], old: Iterable[Quad], new: Iterable[Quad]) -> Moves:
    """Separate changes of graph from the other changes from `old` to `new`."""
    removed_ground, removed_structures = split(removed)
    added_ground, added_structures = split(added)
    triples: Counter[tuple[str, str]] = Counter()
    old_graphs, new_graphs = _graphs(old), _graphs(new)
    for triple in {quad.triple for quad in removed_ground | added_ground}:
        if triple in old_graphs and triple in new_graphs:
            triples[", ".join(sorted(old_graphs[triple])), ", ".join(sorted(new_graphs[triple]))] += 1
    old_forms, new_forms = _by_triples(removed_structures), _by_triples(added_structures)
    for form in old_forms.keys() & new_forms.keys():
        while old_forms[form] and new_forms[form]:
            quads = [forms[form].pop().quads for forms in (old_forms, new_forms)]
            source, target = (", ".join(sorted({_graph_name(quad) for quad in side})) for side in quads)
            triples[source, target] += len(quads[0])
    return Moves(
        triples,
        [*removed_ground, *(quad for structures in old_forms.values() for quad in quads_of(structures))],
        [*added_ground, *(quad for structures in new_forms.values() for quad in quads_of(structures))],
    )


def rdf_patch(changes: Changes, id: str | None = None, previous: str | None = None) -> str:  # noqa: A002 - its name there
    """The RDF Patch (https://afs.github.io/rdf-patch/) that changes the old state into the new one.

    Blank nodes go by the labels of the old state. `id` is the IRI of the patch, by default one made from its content,
    so that the same changes have the same; `previous` is the IRI of the patch that must be put into effect before.
    """
    # pyoxigraph writes a quad as N-Quads has it, without the full stop.
    rows = [*(f"D {quad}" for quad in changes.removed), *(f"A {quad}" for quad in changes.added)]
    body = "".join(f"{row} .\n" for row in ["TX", *rows, "TC"])
    previous_row = f"H prev <{previous}> .\n" if previous else ""
    return f"H id <{id or uuid5(NAMESPACE_URL, previous_row + body).urn}> .\n{previous_row}{body}"


def _by_form(structures: Iterable[Structure]) -> dict[Structure, list[Structure]]:
    """The structures by their canonical form; equal ones in the order of their labels, -9 before -10."""

    def labels(structure: Structure) -> list[tuple[int, str]]:
        return sorted((len(node.value), node.value) for node in structure.nodes)

    forms: dict[Structure, list[Structure]] = {}
    for structure in sorted(structures, key=labels):
        forms.setdefault(structure.canonical(), []).append(structure)
    return forms


def _labelled(canonical: Iterable[Structure], used: set[str]) -> list[Structure]:
    """The structures with labels made from a digest, the number of the copy and of the node; none that is `used`."""
    labelled = []
    for structure in canonical:
        digest = hashlib.sha256("\n".join(map(str, structure.quads)).encode()).hexdigest()[:16]
        for copy in count():
            prefix = f"b{digest}-{copy}-"
            labels = {node: BlankNode(prefix + node.value.removeprefix("c14n")) for node in structure.nodes}
            if used.isdisjoint(label.value for label in labels.values()):
                break
        used.update(label.value for label in labels.values())
        labelled.append(structure.relabelled(labels.__getitem__))
    return labelled


def _by_triples(structures: Iterable[Structure]) -> dict[Structure, list[Structure]]:
    forms: dict[Structure, list[Structure]] = {}
    for structure in structures:
        forms.setdefault(canonical_triples(structure.quads), []).append(structure)
    return forms


def _graphs(quads: Iterable[Quad]) -> dict[Triple, set[str]]:
    graphs: dict[Triple, set[str]] = {}
    for quad in quads:
        graphs.setdefault(quad.triple, set()).add(_graph_name(quad))
    return graphs


def _graph_name(quad: Quad) -> str:
    """The name of the quad's graph as people know it, that of a file."""
    return "–" if isinstance(quad.graph_name, DefaultGraph) else local_name(quad.graph_name)
