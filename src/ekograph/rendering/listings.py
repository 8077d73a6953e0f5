"""Alphabetical lists of all members of a class or a concept scheme, in pages of a bounded size.

Those of a large site are not printed but made from the search index when they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pyoxigraph import NamedNode

from ekograph.rdf.texts import local_name
from ekograph.rendering.hierarchy import Hierarchy

#: So many members are shown where a page only gives examples; a list has so many on a page.
EXAMPLES, ON_A_PAGE = 25, 250

FOLDER = "/list"


class Listing:
    """All members of a class or a scheme, at `path` and below it, "" where it is not printed.

    `value` is what its members have: the key of a facet of the search index, and the IRI.
    """

    def __init__(self, node: NamedNode, path: str, members: Sequence[NamedNode], key: str) -> None:
        self.node = node
        self.path = path
        self.members = members
        self.value = key, node.value
        self._sorted: dict[str, list[NamedNode]] = {}

    @property
    def pages(self) -> int:
        """How many pages the printed list has."""
        return -(-len(self.members) // ON_A_PAGE) if self.path else 0

    def narrowing(self, language: str) -> str:
        """The address in a language where it can be narrowed."""
        return f"/browse.{language}.html?{self.value[0]}={quote(self.value[1], safe=':/')}"

    def address(self, language: str) -> str:
        """The address in a language."""
        return f"{self.path}.{language}.html" if self.path else self.narrowing(language)

    def path_of(self, number: int) -> str:
        """The path of a page, counted from 1."""
        return self.path if number == 1 else f"{self.path}/{number}"

    def first(self, hierarchy: Hierarchy) -> Sequence[NamedNode]:
        """Some members, in order: the first by name, unless they are too many to be sorted for this."""
        return self.by_name(hierarchy)[:EXAMPLES] if self.path else hierarchy.in_order(self.members[:EXAMPLES])

    def by_name(self, hierarchy: Hierarchy) -> list[NamedNode]:
        """The members by their names in the language of a hierarchy."""
        if hierarchy.language not in self._sorted:
            self._sorted[hierarchy.language] = hierarchy.by_name(self.members)
        return self._sorted[hierarchy.language]


def listings(
    classes: Mapping[NamedNode, Sequence[NamedNode]],
    schemes: Mapping[NamedNode, Sequence[NamedNode]],
    *,
    large: bool,
) -> Mapping[NamedNode, Listing]:
    """A list of each class or scheme that has more members than a page shows as examples, each at a path of its own."""
    lists: dict[NamedNode, Listing] = {}
    taken: set[str] = set()
    for key, groups in (("type", classes), ("scheme", schemes)):
        for node, members in groups.items():
            if len(members) > EXAMPLES:
                name = slug = re.sub(r"[^a-z0-9]+", "-", local_name(node).lower()).strip("-") or "list"
                number = 2
                while slug in taken:
                    slug, number = f"{name}-{number}", number + 1
                taken.add(slug)
                path = "" if large else f"{FOLDER}/{slug}"
                lists[node] = Listing(node, path, members, key)
    return lists
