"""From what a worker says, or dies of, to what the client is told."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

from ekograph.engine.contract import (
    BadParameter,
    BadQuery,
    EngineFailed,
    Limits,
    NotAcceptable,
    OutOfMemory,
    QueryError,
    ResultTooLarge,
    ServiceRefused,
    TimedOut,
    TooDeep,
    UndeclaredPrefix,
    UnknownFunction,
    Unwritable,
    UpdateRefused,
)

#: Errors whose values the worker knows all of.
_TOLD_WHOLE: dict[str, type[QueryError]] = {
    each.kind: each
    for each in (BadQuery, UndeclaredPrefix, BadParameter, UpdateRefused, ServiceRefused, NotAcceptable, Unwritable)
}

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_FUNCTION = re.compile(r"custom (?:aggregate )?function <(.*)> is not supported")
# Among what the parser expected, character classes tell a reader nothing.
_CLASS = re.compile(r"""\[(?:_|['^].*?)\](?:, |$)""", re.DOTALL)

#: As many of the things that the parser expected are told.
_MOST_EXPECTED = 12

_OUT_OF_MEMORY = frozenset({signal.SIGABRT, signal.SIGBUS})
_OUT_OF_TIME = frozenset({signal.SIGXCPU, signal.SIGALRM})


def from_worker(error: Mapping[str, Any], limits: Limits) -> QueryError:
    """The error that a worker has reported: its kind, and the values of its message."""
    kind, reason = error["kind"], error.get("reason", "")
    if kind == "bad_query" and reason:
        return _bad_query(reason)
    if kind == "failed":
        function = _FUNCTION.search(reason)
        return UnknownFunction({"function": function[1]}) if function else EngineFailed({"reason": reason})
    if kind == "result_too_large":
        return ResultTooLarge({"limit": limits.result_mb})
    if kind == "out_of_memory":
        return OutOfMemory({"limit": limits.memory_mb})
    return _TOLD_WHOLE[kind]({name: value for name, value in error.items() if name != "kind"})


def from_signal(number: int, limits: Limits) -> QueryError:
    """What a worker died of, in the place of an answer."""
    if number in _OUT_OF_MEMORY:
        return OutOfMemory({"limit": limits.memory_mb})
    if number in _OUT_OF_TIME:
        return TimedOut({"limit": f"{limits.seconds:g}"})
    if number == signal.SIGSEGV:
        return TooDeep()
    return EngineFailed({"reason": f"signal {number}"})


def _bad_query(reason: str) -> QueryError:
    """Where the parser gave up, and what it expected there."""
    found = _PLACE.search(reason)
    line, column, expected = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, reason)
    return BadQuery({"line": line, "column": column, "expected": _readable(expected)})


def _readable(expected: str) -> str:
    """What the parser expected, without its character classes, and not more of it than one reads."""
    listed = _CLASS.sub("", expected.removeprefix("expected one of ").removeprefix("expected ")).strip(" ,\n")
    things = listed.split(", ")
    return listed if len(things) <= _MOST_EXPECTED else ", ".join([*things[:_MOST_EXPECTED], "…"])
