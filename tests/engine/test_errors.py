"""Every kind of error has its message in each language, and what a signal means is said as it was."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

import ekograph
from ekograph.engine.errors import KINDS, from_evaluation, from_parser, from_signal

LOCALES = Path(ekograph.__file__).parent / "locales"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_kind_has_a_title_and_an_explanation(language):
    messages = json.loads((LOCALES / f"web.{language}.json").read_text(encoding="utf-8"))
    assert [kind for kind in KINDS if not {f"{kind}.title", f"{kind}.detail"} <= messages.keys()] == []


@pytest.mark.parametrize(
    ("number", "stderr", "kind"),
    [
        (signal.SIGABRT, "memory allocation of 4096 bytes failed\n", "out_of_memory"),
        (signal.SIGABRT, "terminate called after throwing an instance of 'std::bad_alloc'", "out_of_memory"),
        (signal.SIGABRT, "", "crashed"),
        (signal.SIGSEGV, "", "crashed"),
        (signal.SIGXCPU, "", "timed_out"),
        (signal.SIGKILL, "", "broken"),
        (0, "", "broken"),
    ],
)
def test_a_signal_is_told_as_what_it_was(number, stderr, kind):
    assert from_signal(number, stderr, seconds=10, memory_mb=384).kind == kind


def test_what_the_parser_expected_is_listed_without_classes_and_not_at_length():
    error = from_parser("error at 3:14: expected one of " + ", ".join(f'"{word}"' for word in "abcdefghijklmnop"))
    assert (error.values["line"], error.values["column"]) == (3, 14)
    assert error.values["expected"].endswith('"l", …')
    assert from_parser("no place").values == {"line": 1, "column": 1, "expected": "no place"}


def test_an_unknown_function_is_named():
    assert from_evaluation("the custom function <urn:f> is not supported").values == {"function": "urn:f"}
    assert from_evaluation("something else").kind == "broken"
