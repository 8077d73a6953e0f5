"""How the web process and a worker talk: requests of a length and what marshal writes, answers of frames."""

from __future__ import annotations

import struct
from typing import NamedTuple

#: What stands before a request: the length of what follows.
LENGTH = struct.Struct("!I")

#: What stands before the payload of a frame: its kind, and the length of the payload.
FRAME = struct.Struct("!cI")

#: Format, form and lasting as JSON, once, before any data; data; the end of a whole answer, with
#: a word in it if the worker is worn out; an error as JSON.
HEAD, DATA, END, ERROR = b"H", b"D", b"E", b"X"

#: All of a short answer in one: the length of the head in one byte, the head, the data.
SHORT = b"S"

#: After these there is nothing more of an answer.
LAST = frozenset({END, ERROR, SHORT})


class Request(NamedTuple):
    """What a worker is asked: `results` and `graph` are names of formats."""

    text: str
    results: str | None
    graph: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
