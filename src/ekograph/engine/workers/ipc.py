"""The protocol between the web process and a worker: requests with a length before them, answers in frames.

A request of no bytes puts the worker in charge of connections. Until the next one, each request tells of a connection,
and comes with its descriptor.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

#: Before a request: its number, which all frames of its answer repeat, and the length of what follows.
REQUEST = struct.Struct("!II")

#: Before the payload of a frame: its kind, the number of the request, and the length of the payload.
FRAME = struct.Struct("!cII")

#: The longest payload that a worker sends, in bytes: whatever claims to be longer is no frame.
LONGEST = 1 << 22

#: Format, form and lasting as JSON, once, before any data; data; the end of a whole answer, with a word in it if the
#: worker should be replaced; an error as JSON.
HEAD, DATA, END, ERROR = b"H", b"D", b"E", b"X"

#: A short answer in one frame: the length of the head in one byte, the head, the data.
SHORT = b"S"

#: The worker takes connections now; it gives one back: its number in two bytes, and the rest of a response or request.
READY, BACK = b"L", b"R"

#: The kinds after which nothing more of an answer comes.
LAST = frozenset({END, ERROR, SHORT})

#: The kinds after which the sender has nothing to add for now; the others may wait for what follows.
AT_ONCE = LAST | {READY, BACK}

#: All kinds.
KINDS = AT_ONCE | {HEAD, DATA}


class WorkerRequest(NamedTuple):
    """A query as a worker is asked it: `results` and `graph` are names of formats."""

    text: str
    results: str | None
    graph: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


class WholeAnswer(NamedTuple):
    """An answer that is complete and lasts as long as the dataset is the same, and the name of its format."""

    format: str
    body: bytes
