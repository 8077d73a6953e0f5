"""Draws the layers of the package and the imports between its folders, for docs/architecture.md. Run by `make docs`."""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "ekograph"

#: The layers, the highest first; tests/test_walls.py holds every import to them.
LAYERS = (
    ("cli",),
    ("publish", "web"),
    ("validation", "rendering", "build"),
    ("search", "engine", "diff"),
    ("turtle", "rdf"),
    ("snapshots", "plugins"),
    ("urls", "config", "i18n", "runtime"),
)

_WIDTH, _BOX_WIDTH, _BOX_HEIGHT, _ROW = 900, 130, 44, 96


def imports() -> set[tuple[str, str]]:
    """The pairs of folders or top-level modules of which the first imports from the second."""
    parts = {name for layer in LAYERS for name in layer}
    pairs: set[tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        source = path.relative_to(PACKAGE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ekograph":
                below = (node.module or "").split(".")[1:2]
                pairs |= {(source, target) for target in below or [alias.name for alias in node.names]}
    return {(source, target) for source, target in pairs if source != target and {source, target} <= parts}


def svg() -> str:
    """The picture as SVG: a box for each folder, a line from each to those that it imports from."""
    places = {}
    for row, layer in enumerate(LAYERS):
        gap = _WIDTH / len(layer)
        for column, name in enumerate(layer):
            places[name] = (gap * (column + 0.5), 40 + row * _ROW)
    lines = []
    for source, target in sorted(imports()):
        (x1, y1), (x2, y2) = places[source], places[target]
        lines.append(
            f'<line x1="{x1:.0f}" y1="{y1 + _BOX_HEIGHT / 2:.0f}" x2="{x2:.0f}" y2="{y2 - _BOX_HEIGHT / 2:.0f}">'
            f"<title>{escape(source)} imports {escape(target)}</title></line>"
        )
    boxes = [
        f'<rect x="{x - _BOX_WIDTH / 2:.0f}" y="{y - _BOX_HEIGHT / 2:.0f}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" '
        f'rx="6"/><text x="{x:.0f}" y="{y + 5:.0f}">{escape(name)}</text>'
        for name, (x, y) in places.items()
    ]
    height = 40 + (len(LAYERS) - 1) * _ROW + _BOX_HEIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
            "<title>The folders of ekograph in their layers; lines are imports, always downwards</title>",
            (
                "<style>line{stroke:#8a9bb0;opacity:.7}rect{fill:#eef3f9;stroke:#3b5b82}"
                "text{font:15px sans-serif;text-anchor:middle;fill:#1c2b3d}</style>"
            ),
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )
