"""The model that the data of a site shows: its classes, and the properties that lead from one to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from ekograph.dataset import Dataset
from ekograph.pages import terms

#: Relations that are stated the other way round too.
_INVERSES = frozenset({terms.NARROWER, terms.HAS_TOP})


@dataclass(frozen=True)
class Model:
    """How many things there are of each class, and the properties that lead from things of one class to another's."""

    counts: Mapping[str, int]
    links: Mapping[tuple[str, str], list[str]]


def model(dataset: Dataset, things: Iterable[NamedNode]) -> Model:
    """The model that `things` show, those among them that are named under the base."""
    kinds = _kinds(dataset, things)
    return Model(Counter(kinds.values()), _links(dataset, kinds))


def _kinds(dataset: Dataset, things: Iterable[NamedNode]) -> dict[NamedNode, str]:
    """The class of each thing: the first that the site defines itself, else the first of all."""
    kinds = {}
    own: dict[str, bool] = {}
    for thing in things:
        found = dataset.types(thing)
        if not found or not thing.value.startswith(f"{dataset.base}id/"):
            continue
        for each in found:
            if each not in own:
                own[each] = bool(dataset.quads_of(NamedNode(each)))
        kinds[thing] = next((each for each in found if own[each]), found[0])
    return kinds


def _links(dataset: Dataset, kinds: Mapping[NamedNode, str]) -> dict[tuple[str, str], list[str]]:
    """The properties that lead from things of one class to those of another."""
    found: dict[tuple[str, str], set[NamedNode]] = {}
    for thing, kind in kinds.items():
        for quad in dataset.quads_of(thing):
            end = quad.object
            if isinstance(end, NamedNode) and (other := kinds.get(end)):
                found.setdefault((kind, other), set()).add(quad.predicate)
    named = {pair: {each.value for each in properties} - _INVERSES for pair, properties in found.items()}
    return {pair: sorted(properties) for pair, properties in named.items() if properties}
