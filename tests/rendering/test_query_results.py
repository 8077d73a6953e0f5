"""The table of an answer: its columns, its first rows, and whether there are more."""

from __future__ import annotations

import pytest

from ekograph.rendering.query_results import table_of


@pytest.mark.parametrize(
    ("rows", "most", "shown", "more"), [(0, 2, 0, False), (1, 2, 1, False), (2, 2, 2, False), (3, 2, 2, True)]
)
@pytest.mark.parametrize("form", ["SELECT", "CONSTRUCT"])
def test_more_is_said_only_where_rows_are_left_out(form, rows, most, shown, more):
    if form == "SELECT":
        lines = ["?a\t?b", *(f'"{n}"\t<http://example.org/{n}>' for n in range(rows))]
    else:
        lines = [f'<http://example.org/{n}> <http://example.org/p> "{n}" .' for n in range(rows)]
    table = table_of(form, lines, most)
    assert (len(table.rows), table.more) == (shown, more)
    assert table.columns == (["a", "b"] if form == "SELECT" else [])


@pytest.mark.parametrize(("lines", "answer"), [(["true"], True), (["false"], False)])
def test_a_question_is_answered_by_yes_or_no(lines, answer):
    assert table_of("ASK", lines) is answer
