"""What changes one state of a dataset into another, quad by quad, and the same as RDF Patch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, DefaultGraph, NamedNode, Quad, Triple

from ekograph.rdf.dataset import Term
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


@dataclass(frozen=True)
class Structure:
    """Quads that share blank nodes, directly or through others, sorted. No blank node is in two structures."""

    quads: tuple[Quad, ...]

    @property
    def nodes(self) -> list[BlankNode]:
        """Its blank nodes, in the order in which its quads name them."""
        return list(dict.fromkeys(node for quad in self.quads for node in blank_nodes(quad)))

    def canonical(self) -> Structure:
        """The structure with its blank nodes named by RDFC-1.0: equal for two structures that say the same."""
        dataset = Dataset(self.quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return _structure(dataset)

    def relabelled(self, label: Callable[[BlankNode], BlankNode]) -> Structure:
        """The structure with other labels for its blank nodes."""
        return _structure(_relabelled(quad, label) for quad in self.quads)


def split(quads: Iterable[Quad]) -> tuple[set[Quad], list[Structure]]:
    """The quads without blank nodes, and the structures of the others: connected components, by union-find."""
    ground: set[Quad] = set()
    first_nodes: dict[Quad, BlankNode] = {}
    parents: dict[BlankNode, BlankNode] = {}
    for quad in quads:
        nodes = list(blank_nodes(quad))
        if not nodes:
            ground.add(quad)
            continue
        first_nodes[quad] = nodes[0]
        for node in nodes[1:]:
            parents[_root(parents, node)] = _root(parents, nodes[0])
    components: dict[BlankNode, list[Quad]] = {}
    for quad, node in first_nodes.items():
        components.setdefault(_root(parents, node), []).append(quad)
    return ground, [_structure(component) for component in components.values()]


def blank_nodes(quad: Quad) -> Iterator[BlankNode]:
    """The blank nodes of a quad, as a subject, an object, inside triple terms, or as the name of the graph."""
    terms = [quad.graph_name, quad.object, quad.subject]
    while terms:
        term = terms.pop()
        if isinstance(term, BlankNode):
            yield term
        elif isinstance(term, Triple):
            terms += [term.object, term.subject]


def quads_of(structures: Iterable[Structure]) -> list[Quad]:
    """All quads of the structures."""
    return [quad for structure in structures for quad in structure.quads]


def same_triples(one: Iterable[Quad], other: Iterable[Quad]) -> bool:
    """Whether two sets of quads hold the same triples, up to the labels of blank nodes and the graphs."""
    return canonical_triples(one) == canonical_triples(other)


def canonical_triples(quads: Iterable[Quad]) -> Structure:
    """The triples of the quads, all in the default graph, with canonical labels."""
    return Structure(tuple(Quad(*quad.triple) for quad in quads)).canonical()


def _structure(quads: Iterable[Quad]) -> Structure:
    return Structure(tuple(sorted(quads, key=str)))


def _root(parents: dict[BlankNode, BlankNode], node: BlankNode) -> BlankNode:
    """The node that stands for the component of `node`; the way there is halved, so that later ways are short."""
    while (parent := parents.setdefault(node, node)) != node:
        parents[node] = parents[parent]
        node = parent
    return node


def _relabelled(quad: Quad, label: Callable[[BlankNode], BlankNode]) -> Quad:
    graph = quad.graph_name
    return Quad(
        label(quad.subject) if isinstance(quad.subject, BlankNode) else quad.subject,
        quad.predicate,
        _relabelled_term(quad.object, label),
        label(graph) if isinstance(graph, BlankNode) else graph,
    )


def _relabelled_term(term: Term, label: Callable[[BlankNode], BlankNode]) -> Term:
    if isinstance(term, Triple):
        subject = _relabelled_term(term.subject, label)
        if not isinstance(subject, NamedNode | BlankNode):
            raise TypeError(f"{subject} cannot be the subject of a triple")
        return Triple(subject, term.predicate, _relabelled_term(term.object, label))
    return label(term) if isinstance(term, BlankNode) else term
