"""How the web process and a worker talk: requests of a length and what marshal writes, answers of frames.

A request of no bytes asks the worker to borrow connections. Until the next one, what it is sent are numbers of
connections, each with its terms and a descriptor.
"""

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

#: Connections can be lent now; one comes back: its number in one byte, and what is still to be sent there.
LENT, BACK = b"L", b"R"

#: After these there is nothing more of an answer.
LAST = frozenset({END, ERROR, SHORT})


class WorkerRequest(NamedTuple):
    """What a worker is asked: `results` and `graph` are names of formats."""

    text: str
    results: str | None
    graph: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


class Terms(NamedTuple):
    """How a worker answers on a connection that it borrows.

    A request there is a query when it begins with `before` and ends in `after`, with plain characters between.
    `key` and its text make the entity tag, `heads` has the beginning of a response by the format of the answer.
    Bodies of `gzip_from` bytes and more are compressed; 0: none is.
    """

    before: bytes
    after: bytes
    results: str | None
    graph: str | None
    key: str
    heads: dict[str, bytes]
    gzip_from: int
