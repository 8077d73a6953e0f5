"""Changes as SPARQL 1.1 Update, for a store that is kept up to date with queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from ekograph.diff.changes import Changes, Structure, blank_nodes, divided

Graph: TypeAlias = NamedNode | BlankNode | DefaultGraph


def sparql_update(changes: Changes, new: Iterable[Quad]) -> str:
    """The request that changes the old state into `new`, up to the labels of blank nodes.

    SPARQL cannot name a blank node that is in the store, and a pattern that fits one structure alone takes time
    exponential in its size. So where a structure has changed, all that its graphs say with blank nodes is
    removed and inserted anew. Raises ValueError for a graph whose name is a blank node: Update cannot write it.
    """
    quads = list(new)
    rewritten = _rewritten(changes, quads)
    terms = any(_in_triple_term(quad) for quad in [*changes.removed, *quads] if quad.graph_name in rewritten)
    removed = [quad for quad in changes.removed if not _blank(quad)]
    added = {quad for quad in changes.added if not _blank(quad)}
    added |= {quad for quad in quads if quad.graph_name in rewritten and _loose(quad, terms=terms)}
    operations = [_data("DELETE DATA", removed)] if removed else []
    operations += [_emptied(graph, terms=terms) for graph in sorted(rewritten, key=str)]
    operations += [_data("INSERT DATA", added)] if added else []
    return " ;\n".join(operations) + "\n" if operations else ""


def _rewritten(changes: Changes, new: Iterable[Quad]) -> set[Graph]:
    """The graphs with changed structures, and those that unchanged ones reach from there."""
    graphs = {quad.graph_name for quad in [*changes.removed, *changes.added] if _blank(quad)}
    spans = [_graphs(structure) for structure in divided(new)[1]] if graphs else []
    known = 0
    while known < len(graphs):
        known = len(graphs)
        graphs.update(*(span for span in spans if span & graphs))
    return graphs


def _graphs(structure: Structure) -> set[Graph]:
    return {quad.graph_name for quad in structure.quads}


def _blank(quad: Quad) -> bool:
    return any(True for _ in blank_nodes(quad))


def _in_triple_term(quad: Quad) -> bool:
    return isinstance(quad.object, Triple) and _blank(quad)


def _loose(quad: Quad, *, terms: bool) -> bool:
    """Whether `_emptied` removes the quad."""
    blank = isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
    return blank or (terms and isinstance(quad.object, Triple))


def _emptied(graph: Graph, *, terms: bool) -> str:
    """The operation that removes what a graph says with blank nodes; with `terms`, also what has a triple term.

    Only then are the functions of SPARQL 1.2 used, which older stores do not know.
    """
    condition = "isBlank(?s) || isBlank(?o)" + (" || isTRIPLE(?o)" if terms else "")
    pattern = _within(graph, "?s ?p ?o")
    return f"DELETE {{ {pattern} }}\nWHERE {{ {pattern} FILTER ({condition}) }}"


def _data(operation: str, quads: Iterable[Quad]) -> str:
    graphs: dict[Graph, list[Quad]] = {}
    for quad in sorted(quads, key=str):
        graphs.setdefault(quad.graph_name, []).append(quad)
    blocks = "\n".join(_within(graph, _block(inside)) for graph, inside in graphs.items())
    return f"{operation} {{\n{blocks}\n}}"


def _block(quads: Sequence[Quad]) -> str:
    """The triples, one a line; a quad of the default graph is written as SPARQL writes a triple."""
    return "\n" + "".join(f"  {Quad(*quad.triple)} .\n" for quad in quads)


def _within(graph: Graph, pattern: str) -> str:
    if isinstance(graph, BlankNode):
        raise ValueError(f"the graph {graph} has no IRI; SPARQL Update cannot write to it")  # noqa: TRY004 - the type is right
    return pattern if isinstance(graph, DefaultGraph) else f"GRAPH {graph} {{ {pattern} }}"
