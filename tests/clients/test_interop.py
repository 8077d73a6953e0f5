"""The page of what becomes of values elsewhere: complete, and true for the tools of the development environment."""

from __future__ import annotations

import pytest

pytest.importorskip("rdflib", reason="rdflib is not installed")
pytest.importorskip("pyld", reason="PyLD is not installed")

from tests.clients import interop

ROWS = [
    [cell.strip() for cell in line.replace("\\|", "\x00").strip("|\n").split(" | ")]
    for line in interop.PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ")
]
HEAD = ROWS[0]


def test_every_value_and_constraint_has_its_row():
    names = [row[0] for row in ROWS]
    assert names == ["value", "---", *interop.cases(), "constraint", "---", *interop.CONSTRAINTS]
    assert len(interop.cases()) >= 40
    assert len(interop.CONSTRAINTS) >= 30
    assert len(HEAD) - 1 >= 10


@pytest.mark.parametrize("tool", interop.in_python(), ids=lambda tool: tool.name)
def test_a_tool_still_does_what_the_page_says(tool):
    column = HEAD.index(f"{tool.name} {tool.version}")
    told = {row[0]: row[column] for row in ROWS[2 : 2 + len(interop.cases())]}
    assert dict(interop.matrix([tool])) == told
