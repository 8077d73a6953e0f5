"""The priorities of all agreements as one picture: rings around a centre, a sector for each, as wide as its leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph.rendering.hierarchy import ConceptNode
from ekograph.rendering.view import View

from .agreements import together

#: The radii between which the rings lie, in the units of the picture; the first ring is that of the agreements.
_RADII = (50, 94, 128, 162, 184)

#: Between two sectors, in units of length.
_GAP = 1.2


@dataclass(frozen=True)
class Sector:
    """One sector: what it stands for, where it leads, its outline, and how it is coloured.

    `hue` counts the agreements, `depth` the rings from the centre; `label` is shown on the sector, at `x` and `y`.
    """

    name: Markup
    address: str
    outline: str
    hue: int
    depth: int
    label: str = ""
    x: float = 0
    y: float = 0


def sectors(view: View) -> list[Sector]:
    """The sectors of all agreements and their priorities, from the centre outwards, clockwise from the top."""
    roots = [ConceptNode(node, view.site.hierarchy.tree(node)) for node in together(view.site)]
    total = sum(map(_leaves, roots))
    drawn: list[Sector] = []
    start = 0.0
    for hue, root in enumerate(roots):
        end = start + _leaves(root) / total
        drawn += _sectors(view, root, (start, end), hue, 0)
        start = end
    return sorted(drawn, key=lambda sector: sector.depth)


def _sectors(view: View, branch: ConceptNode, span: tuple[float, float], hue: int, depth: int) -> Iterator[Sector]:
    """The sector of `branch` between two shares of the circle, and those outside it."""
    if depth < len(_RADII) - 1:
        yield _sector(view, branch.node, span, hue, depth)
        at = span[0]
        for narrower in branch.below:
            width = (span[1] - span[0]) * _leaves(narrower) / _leaves(branch)
            yield from _sectors(view, narrower, (at, at + width), hue, depth + 1)
            at += width


def _sector(view: View, node: NamedNode, span: tuple[float, float], hue: int, depth: int) -> Sector:
    label = view.notation(node) if depth == 0 else ""
    x, y = _point((_RADII[0] + _RADII[1]) / 2, sum(span) / 2)
    address = view.page(view.path(node.value))
    return Sector(view.name(node), address, _outline(span, _RADII[depth], _RADII[depth + 1]), hue, depth, label, x, y)


def _outline(span: tuple[float, float], inner: float, outer: float) -> str:
    """The path around a sector of a ring, with half a gap left free on each side."""
    large = int(span[1] - span[0] > 0.5)
    corners = []
    for radius in (inner + _GAP / 2, outer - _GAP / 2):
        free = _GAP / 2 / (2 * pi * radius)
        corners.append((radius, _point(radius, span[0] + free), _point(radius, span[1] - free)))
    (near, a, b), (far, c, d) = corners
    return f"M{_pair(a)}A{near:g} {near:g} 0 {large} 1 {_pair(b)}L{_pair(d)}A{far:g} {far:g} 0 {large} 0 {_pair(c)}Z"


def _point(radius: float, share: float) -> tuple[float, float]:
    angle = 2 * pi * share
    return round(radius * sin(angle), 1), round(-radius * cos(angle), 1)


def _pair(point: Sequence[float]) -> str:
    return f"{point[0]:g} {point[1]:g}"


def _leaves(branch: ConceptNode) -> int:
    return sum(map(_leaves, branch.below)) or 1
