"""The table of results: what was measured, beside what, and whether the goal is reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison. `ratio` is ours to theirs; the goal is at most `most`, or at least `least` of it, or none."""

    work: str
    ours: str
    beside: str
    theirs: str
    ratio: float | None = None
    most: float | None = None
    least: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.most is not None:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.least is not None else ""

    @property
    def met(self) -> str:
        """Whether the goal is reached: yes, no, or nothing where there is none."""
        if self.ratio is None or not self.goal:
            return ""
        low = self.least if self.least is not None else 0.0
        return "yes" if low <= self.ratio <= (self.most if self.most is not None else float("inf")) else "**no**"


def compare(work: str, ours: float, beside: str, theirs: float, unit: str, **goal: float) -> Row:
    """A row of two figures in one unit (us, ms, s, MB or /s)."""
    return Row(work, in_unit(ours, unit), beside, in_unit(theirs, unit), ours / theirs if theirs else None, **goal)


def in_unit(value: float, unit: str) -> str:
    """A figure as people read it; `value` is in seconds where the unit is one of time."""
    scale = {"us": 1e6, "ms": 1e3}.get(unit, 1.0)
    number = value * scale
    text = f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
    return f"{text}{unit}" if unit.startswith("/") else f"{text} {unit}"


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| work | ekograph | beside | theirs | ratio | goal | reached |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells = (row.work, row.ours, row.beside, row.theirs, ratio, row.goal, row.met)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
