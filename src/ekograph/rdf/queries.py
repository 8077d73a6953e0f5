"""SPARQL over quads in memory, for the site's own queries; what clients ask is answered by the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pyoxigraph import Quad, QuerySolutions, Store


def asking(quads: Sequence[Quad]) -> Callable[[str], QuerySolutions]:
    """What answers a SELECT over the union of all graphs, in which a triple of two graphs is there once.

    It raises SyntaxError for a query that is none, and ValueError for one of another form.
    """
    store = Store()
    store.extend(quads)
    repeats = len({quad.triple for quad in quads}) < len(quads)
    if repeats:
        store.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    ask = partial(store.query, use_default_graph_as_union=not repeats)

    def select(text: str) -> QuerySolutions:
        results = ask(text)
        if not isinstance(results, QuerySolutions):
            raise ValueError("an example query is a SELECT")  # noqa: TRY004 - the query's fault, not its type
        return results

    return select
