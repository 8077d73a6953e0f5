"""A slip of the pen is one fault, at the slip: the first line of each file in `slips` tells where that is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekograph.turtle.faults import MOST_FAULTS, find_faults
from ekograph.turtle.lines import Lines

SLIPS = sorted((Path(__file__).parent / "slips").glob("*.ttl"))


@pytest.mark.parametrize("path", SLIPS, ids=lambda path: path.stem)
def test_a_slip_is_at_most_two_faults_and_the_first_is_at_the_slip(path):
    text = path.read_text(encoding="utf-8")
    expected = int(re.search(r"line (\d+)$", text.partition("\n")[0])[1])
    faults = find_faults(text)
    assert len(faults) <= 2
    assert Lines(text).place(faults[0].offset).line == expected


def test_statements_with_faults_of_their_own_are_told_and_the_others_are_not():
    text = "<x:a> <x:b> bogus .\n<x:c> <x:d> 1 .\n<x:e> no:p 2 .\n<x:f> <x:g> no:q .\n"
    faults = find_faults(text)
    assert [(fault.offset, fault.key, fault.quoted, fault.followers) for fault in faults] == [
        (12, "object", "bogus", 0),
        (42, "prefix", "no", 1),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('<x:a> <x:b> "one ;\n    <x:c> 2 .\n', "line-end"),
        ("<x:a> <x:b> 'one ;\n    <x:c> 2 .\n", "line-end"),
        ('<x:a> <x:b> """one ;\n    two .\n', "quote"),
        ("<x:a> <x:b> '''one ;\n    two .\n", "quote"),
    ],
)
def test_a_text_without_its_end_is_told_where_it_begins(text, key):
    (fault,) = find_faults(text)
    assert (fault.key, fault.offset) == (key, 12)


def test_no_more_than_the_first_faults_are_told():
    assert len(find_faults("<x:a> <x:b> bogus .\n" * 100)) == MOST_FAULTS


def test_the_marks_of_a_conflict_are_one_fault():
    text = "<x:a> <x:b> 1 .\n<<<<<<< HEAD\n<x:c> <x:d> 2 .\n=======\n<x:c> <x:d> 3 .\n>>>>>>> other\n"
    assert [(fault.offset, fault.key) for fault in find_faults(text)] == [(16, "conflict")]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>[](){}|.;,@\"'a:_ \n#^~1=“", max_size=60))
def test_the_faults_of_any_text_lie_in_it(text):
    assert all(0 <= fault.offset <= len(text) for fault in find_faults(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SLIPS), st.integers(0, 1500), st.sampled_from(["", '"', ".", ";", "[", "<", ")", "a", "“"]))
def test_one_character_put_in_or_taken_away_never_floods_the_report(path, at, character):
    text = path.read_text(encoding="utf-8")
    damaged = text[:at] + character + text[at + (not character) :]
    assert len(find_faults(damaged)) <= 4
