"""Changes as SPARQL 1.1 Update, for a store that is kept up to date with queries."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from ekograph.diff.changes import Changes, Structure, blank_nodes, quads_of, split
from ekograph.rdf.dataset import Node, Term

Graph: TypeAlias = NamedNode | BlankNode | DefaultGraph

#: A quad with one of its blank nodes left out: what it says of that node.
Fact: TypeAlias = tuple[Node | None, NamedNode, Term | None, Graph]

#: A structure of more blank nodes is not searched for: planning the query would take longer than its graph.
MOST_NODES = 200


def sparql_update(changes: Changes, old: Iterable[Quad], new: Iterable[Quad]) -> str:
    """The request that changes the state `old` into `new`, up to the labels of blank nodes.

    SPARQL cannot name a blank node that is in the store. So a removed structure is searched for by facts that in the
    old state hold of its nodes alone. Where there are none, as when another structure says the same, all that its
    graphs say with blank nodes is removed and inserted anew. Raises ValueError for a graph whose name is a blank
    node: Update cannot write it.
    """
    new = list(new)
    removed_ground, removed = split(changes.removed)
    added_ground, added = split(changes.added)
    old_structures, new_structures = (split(state)[1] if removed else [] for state in (old, new))
    nodes = _nodes_by_fact(old_structures)
    patterns = {structure: _pattern(structure, nodes) for structure in removed}
    rewritten = _connected_graphs(
        {quad.graph_name for structure in removed if not patterns[structure] for quad in structure.quads},
        [*old_structures, *new_structures],
    )
    # The functions of SPARQL 1.2 are used only where they are needed: older stores do not know them.
    terms = any(
        isinstance(quad.object, Triple) and quad.graph_name in rewritten
        for quad in quads_of([*old_structures, *new_structures])
    )
    operations = [_data("DELETE DATA", removed_ground)] if removed_ground else []
    operations += [
        _delete(structure, patterns[structure]) for structure in removed if rewritten.isdisjoint(_graphs(structure))
    ]
    operations += [_delete_blank(graph, terms=terms) for graph in sorted(rewritten, key=str)]
    inserted = added_ground.union(*(structure.quads for structure in added if rewritten.isdisjoint(_graphs(structure))))
    inserted.update(quad for quad in new if quad.graph_name in rewritten and _is_deleted(quad, terms=terms))
    operations += [_data("INSERT DATA", inserted)] if inserted else []
    return " ;\n".join(operations) + "\n" if operations else ""


def _facts(quad: Quad) -> Iterator[tuple[BlankNode, Fact]]:
    """The blank nodes of a quad outside triple terms, each with what the quad says of it."""
    if isinstance(quad.subject, BlankNode):
        yield quad.subject, (None, quad.predicate, quad.object, quad.graph_name)
    if isinstance(quad.object, BlankNode):
        yield quad.object, (quad.subject, quad.predicate, None, quad.graph_name)


def _nodes_by_fact(structures: Iterable[Structure]) -> Mapping[Fact, set[BlankNode]]:
    nodes: dict[Fact, set[BlankNode]] = defaultdict(set)
    for quad in quads_of(structures):
        for node, fact in _facts(quad):
            nodes[fact].add(node)
    return nodes


def _pattern(structure: Structure, nodes: Mapping[Fact, set[BlankNode]]) -> list[Quad]:
    """Quads of the structure that are true of its blank nodes alone; empty where there are none.

    A node is known when its facts together are of no other node. Facts that name another node count once that one is
    known, so that each join of the pattern has one solution.
    """
    labels = structure.nodes
    inside = any(isinstance(quad.object, Triple) and any(blank_nodes(quad)) for quad in structure.quads)
    if len(labels) > MOST_NODES or inside:
        return []
    facts: dict[BlankNode, list[tuple[Quad, Fact]]] = defaultdict(list)
    for quad in structure.quads:
        for node, fact in _facts(quad):
            facts[node].append((quad, fact))
    known: set[BlankNode] = set()
    pattern: dict[Quad, None] = {}
    waiting = deque(labels)
    while waiting:
        node = waiting.popleft()
        usable = [
            (quad, nodes[fact])
            for quad, fact in facts[node]
            if not isinstance(other := fact[0] or fact[2], BlankNode) or other in known
        ]
        candidates: set[BlankNode] | None = None
        chosen = []
        for quad, alike in sorted(usable, key=lambda pair: len(pair[1])):
            if candidates is None or not candidates <= alike:
                candidates = alike if candidates is None else candidates & alike
                chosen.append(quad)
        if node not in known and candidates == {node}:
            known.add(node)
            pattern.update(dict.fromkeys(chosen))
            waiting.extend(other for quad, _ in facts[node] for other in blank_nodes(quad) if other not in known)
    return list(pattern) if known.issuperset(labels) else []


def _connected_graphs(graphs: set[Graph], structures: Iterable[Structure]) -> set[Graph]:
    """The graphs, and all that structures reach from there."""
    spans = [span for span in map(_graphs, structures) if len(span) > 1]
    count = 0
    while count < len(graphs):
        count = len(graphs)
        graphs = graphs.union(*(span for span in spans if span & graphs))
    return graphs


def _graphs(structure: Structure) -> set[Graph]:
    return {quad.graph_name for quad in structure.quads}


def _delete(structure: Structure, pattern: Iterable[Quad]) -> str:
    """The operation that removes a structure whose nodes are the only ones that fit the pattern."""
    variables = {node: f"?n{number}" for number, node in enumerate(structure.nodes)}
    condition = " && ".join(f"isBlank({variable})" for variable in variables.values())
    where = f"{_block(pattern, variables)}\n  FILTER ({condition})"
    return f"DELETE {{\n{_block(structure.quads, variables)}\n}}\nWHERE {{\n{where}\n}}"


def _is_deleted(quad: Quad, *, terms: bool) -> bool:
    """Whether `_delete_blank` removes the quad from its graph."""
    blank = isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
    return blank or (terms and isinstance(quad.object, Triple))


def _delete_blank(graph: Graph, *, terms: bool) -> str:
    """The operation that removes what a graph says with blank nodes; with `terms`, also what has a triple term."""
    condition = "isBlank(?s) || isBlank(?o)" + (" || isTRIPLE(?o)" if terms else "")
    pattern = _within(graph, "?s ?p ?o")
    return f"DELETE {{ {pattern} }}\nWHERE {{ {pattern} FILTER ({condition}) }}"


def _data(operation: str, quads: Iterable[Quad]) -> str:
    return f"{operation} {{\n{_block(sorted(quads, key=str), {})}\n}}"


def _block(quads: Iterable[Quad], variables: Mapping[BlankNode, str]) -> str:
    """The triples graph by graph, one a line, with variables in place of blank nodes."""
    graphs: dict[Graph, list[str]] = {}
    for quad in quads:
        line = f"  {_text(quad.subject, variables)} {quad.predicate} {_text(quad.object, variables)} .\n"
        graphs.setdefault(quad.graph_name, []).append(line)
    return "\n".join(_within(graph, "\n" + "".join(lines)) for graph, lines in graphs.items())


def _text(term: Term, variables: Mapping[BlankNode, str]) -> str:
    if isinstance(term, Triple):
        return f"<<( {_text(term.subject, variables)} {term.predicate} {_text(term.object, variables)} )>>"
    return variables.get(term, str(term)) if isinstance(term, BlankNode) else str(term)


def _within(graph: Graph, pattern: str) -> str:
    if isinstance(graph, BlankNode):
        raise ValueError(f"the graph {graph} has no IRI; SPARQL Update cannot write to it")  # noqa: TRY004 - the type is right
    return pattern if isinstance(graph, DefaultGraph) else f"GRAPH {graph} {{ {pattern} }}"
