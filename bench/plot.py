"""A plot of cost against size as SVG, both axes logarithmic: what grows in proportion is a line of slope one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 480, 300, 60, 40, 20, 40


def plot(title: str, points: Sequence[tuple[float, float]]) -> str:
    """The plot of `points`, which are above 0; y spans at least two powers of ten."""
    across = _span([x for x, _ in points], 1)
    up = _span([y for _, y in points], 2)
    placed = [(_x(x, across), _y(y, up)) for x, y in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in placed)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>'
        f"{''.join(_grid(across, up))}"
        f'<polyline points="{line}" fill="none" stroke="#00508c" stroke-width="2"/><g fill="#00508c">{dots}</g></svg>\n'
    )


def _span(values: Sequence[float], least: int) -> tuple[int, int]:
    """The powers of ten around `values`."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + least)


def _x(value: float, span: tuple[int, int]) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (log10(value) - span[0]) / (span[1] - span[0])


def _y(value: float, span: tuple[int, int]) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(value) - span[0]) / (span[1] - span[0])


def _grid(across: tuple[int, int], up: tuple[int, int]) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    for power in range(across[0], across[1] + 1):
        x = _x(10.0**power, across)
        yield f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{10**power:,}</text>'
    for power in range(up[0], up[1] + 1):
        y = _y(10.0**power, up)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">triples</text>'
