"""Alphabetical lists of all members of a class or a concept scheme, in pages of a bounded size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pyoxigraph import NamedNode

from ekograph.rdf.dataset import local_name
from ekograph.rendering.hierarchy import Hierarchy

#: So many members are shown where a page only gives examples; a list has so many on a page.
EXAMPLES, ON_A_PAGE = 25, 250

#: Of a large site, the lists end after so many members: the search finds the others.
MOST_OF_LARGE = 10_000

FOLDER = "/list"


class Listing:
    """All members of a class or a scheme, at `path` and below it."""

    def __init__(self, node: NamedNode, path: str, members: Sequence[NamedNode]) -> None:
        self.node = node
        self.path = path
        self.members = members
        self._sorted: dict[str, list[NamedNode]] = {}

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return -(-len(self.members) // ON_A_PAGE)

    def path_of(self, number: int) -> str:
        """The path of a page, counted from 1."""
        return self.path if number == 1 else f"{self.path}/{number}"

    def by_name(self, hierarchy: Hierarchy) -> list[NamedNode]:
        """The members by their names in the language of a hierarchy."""
        if hierarchy.language not in self._sorted:
            self._sorted[hierarchy.language] = hierarchy.by_name(self.members)
        return self._sorted[hierarchy.language]


def listings(groups: Mapping[NamedNode, Sequence[NamedNode]], *, large: bool) -> Mapping[NamedNode, Listing]:
    """A list of each class or scheme that has more members than a page shows as examples, each at a path of its own."""
    lists: dict[NamedNode, Listing] = {}
    taken: set[str] = set()
    for node, members in groups.items():
        if len(members) > EXAMPLES:
            name = slug = re.sub(r"[^a-z0-9]+", "-", local_name(node).lower()).strip("-") or "list"
            number = 2
            while slug in taken:
                slug, number = f"{name}-{number}", number + 1
            taken.add(slug)
            lists[node] = Listing(node, f"{FOLDER}/{slug}", members[:MOST_OF_LARGE] if large else members)
    return lists
