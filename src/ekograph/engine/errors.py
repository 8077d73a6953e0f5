"""What can go wrong with a query: one exception, and the table of its kinds."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

#: By kind: the HTTP status, and the seconds after which it makes sense to ask again (None: it does not).
#: A kind names its message in locales/web.*.json; the comments say which values the message is given.
KINDS: Mapping[str, tuple[int, int | None]] = {
    "bad_query": (400, None),  # line, column (from 1, in characters), and expected, or fault with values of its own
    "undeclared_prefix": (400, None),  # line, column, prefix
    "unknown_function": (400, None),  # function
    "too_deep": (400, None),
    "bad_parameter": (400, None),  # name, value
    "refused_update": (403, None),  # keyword
    "refused_service": (403, None),  # line, column
    "not_acceptable": (406, None),  # family: results or graph
    "unwritable": (406, None),  # format, reason
    "query_too_large": (413, None),  # limit, in kB
    "result_too_large": (413, None),  # limit, in MB
    "greedy": (429, 5),  # limit: the number of queries of one client
    "busy": (503, 5),
    "timed_out": (503, None),  # limit, in seconds
    "out_of_memory": (503, None),  # limit, in MB
    "crashed": (503, None),  # signal
    "broken": (503, 2),  # reason
    "store_behind": (503, 2),
}

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_FUNCTION = re.compile(r"custom (?:aggregate )?function <(.*)> is not supported")
# Character classes among the tokens that the parser expected tell a reader nothing.
_CLASS = re.compile(r"""\[(?:_|['^].*?)\](?:, |$)""", re.DOTALL)

#: At most so many of the tokens that the parser expected are listed.
_EXPECTED = 12

#: How the allocators of Rust and C++ announce that they abort the process.
_ALLOCATION_FAILED = re.compile(r"memory allocation of \d+ bytes failed|bad_alloc")


class QueryError(Exception):
    """A query that gets no answer: its kind, and the values of the message of that kind."""

    def __init__(self, kind: str, **values: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values
        self.status, self.retry_after = KINDS[kind]

    def __str__(self) -> str:
        return f"{self.kind} {self.values}"


def from_parser(message: str) -> QueryError:
    """The error for a message of pyoxigraph's parser: where it gave up, and what it expected there."""
    place = _PLACE.search(message)
    line, column, expected = (int(place[1]), int(place[2]), place[3]) if place else (1, 1, message)
    listed = _CLASS.sub("", expected.removeprefix("expected one of ").removeprefix("expected ")).strip(" ,\n")
    tokens = listed.split(", ")
    short = listed if len(tokens) <= _EXPECTED else ", ".join([*tokens[:_EXPECTED], "…"])
    return QueryError("bad_query", line=line, column=column, expected=short)


def from_evaluation(message: str) -> QueryError:
    """The error for a message of pyoxigraph's query evaluation."""
    if function := _FUNCTION.search(message):
        return QueryError("unknown_function", function=function[1])
    return QueryError("broken", reason=message)


def from_signal(number: int, stderr: str, *, seconds: float, memory_mb: int) -> QueryError:
    """The error for a worker that was ended by a signal (0: by none); `stderr` is the last that it wrote.

    A failed allocation aborts the process, as a fault in a library does: only what it wrote tells the two apart.
    """
    if number == signal.SIGBUS or (number == signal.SIGABRT and _ALLOCATION_FAILED.search(stderr)):
        return QueryError("out_of_memory", limit=memory_mb)
    if number in {signal.SIGXCPU, signal.SIGALRM}:
        return QueryError("timed_out", limit=f"{seconds:g}")
    if number in {0, signal.SIGKILL}:
        return QueryError("broken", reason=f"signal {number}")
    return QueryError("crashed", signal=signal.Signals(number).name, reason=stderr.strip()[-300:])
