"""What a worker does: answers one query at a time over its one socket, with nothing but the dataset at hand.

It knows pyoxigraph, the frames, what is borrowed, the scanner, the faults and the writing, and nothing else of this
package, so that it is loaded in a moment.
"""

from __future__ import annotations

import marshal
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import IO, Any, cast

import pyoxigraph as ox

from ekograph.engine.diagnostics.lexer import Scan, scan, undeclared
from ekograph.engine.diagnostics.mistakes import mistake
from ekograph.engine.handoff.borrowed import BorrowedConnections
from ekograph.engine.workers.ipc import END, FRAME, LENGTH, WorkerRequest
from ekograph.engine.workers.result_writer import (
    RESULTS,
    BufferedResult,
    NoAnswerError,
    Output,
    UnnameableError,
    write_graph,
)
from ekograph.engine.workers.shared_counters import WorkerCounters

#: A query that has taken this part of the memory that it may leaves too little to the next.
_WORN = 0.25


#: The request for loans.
_BORROW = WorkerRequest("", None, None, (), ())


def serve(connection: socket.socket, board: WorkerCounters, store: ox.Store, config: dict[str, Any]) -> None:
    """Answer one query after the other, until the other end closes."""
    config = {**config, "marked": [(f"{name}:", name, iri) for name, iri in config["prefixes"].items()]}
    requests = _Requests(connection)
    bound = _Bound(config["seconds"], config["life"])
    most = _most_memory() + _WORN * config["memory"]

    def answering(request: WorkerRequest, out: BufferedResult) -> bool:
        bound.set()
        try:
            _answer(store, request, config, out)
        except (NoAnswerError, MemoryError):
            return False
        return True

    borrowed = BorrowedConnections(connection, board, answering)
    try:
        while request := requests.at_hand() or requests.wait(bound.lift):
            if request is _BORROW:
                borrowed.serve()
                worn = b"worn" if _most_memory() > most else b""
                connection.sendall(FRAME.pack(END, len(worn)) + worn)
                continue
            bound.set()
            out = Output(connection, config["result"])
            try:
                _answer(store, request, config, out)
                out.end(worn=_most_memory() > most)
            except NoAnswerError as failure:
                out.fail(failure)
            except MemoryError:
                out.fail(NoAnswerError("out_of_memory"))
    except (BrokenPipeError, ConnectionResetError):
        return


class _Requests:
    """What is asked, in turn; several may come at once."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()

    def at_hand(self) -> WorkerRequest | None:
        """The next request, if it has come."""
        size = len(self._received) - LENGTH.size
        if size < 0:
            return None
        (length,) = LENGTH.unpack_from(self._received)
        if size < length:
            return None
        if not length:
            del self._received[: LENGTH.size]
            return _BORROW
        # Trusted: it comes from the process that started this one.
        request = WorkerRequest(*marshal.loads(self._received[LENGTH.size : LENGTH.size + length]))  # noqa: S302
        del self._received[: LENGTH.size + length]
        return request

    def wait(self, before: Callable[[], None]) -> WorkerRequest | None:
        """The next request, once it comes; `before` is called if that takes time. None: the other end has closed."""
        flags = int(socket.MSG_DONTWAIT)
        while True:
            try:
                data = self._connection.recv(65_536, flags)
            except BlockingIOError:
                before()
                flags = 0
                continue
            if not data:
                return None
            self._received += data
            if request := self.at_hand():
                return request


class _Bound:
    """Has the kernel end this process even if nobody else does: by its CPU time, and in the end by the clock.

    It is renewed once a second at most: a query has its `seconds` and up to two more.
    """

    def __init__(self, seconds: float, life: float) -> None:
        self._seconds = seconds
        self._life = life
        self._renewed = 0.0

    def set(self) -> None:
        """Begin to count for a query."""
        now = time.monotonic()
        if now - self._renewed < 1:
            return
        self._renewed = now
        used = int(time.process_time() + self._seconds) + 3
        resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
        signal.setitimer(signal.ITIMER_REAL, self._life + 1)

    def lift(self) -> None:
        """Let time pass while nothing is asked."""
        self._renewed = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)


def _most_memory() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _answer(store: ox.Store, request: WorkerRequest, config: dict[str, Any], out: Output | BufferedResult) -> None:
    seen = _examined(request.text)
    try:
        results = store.query(
            request.text,
            # To predeclare all of them takes as long as to read a short query.
            prefixes={name: iri for mark, name, iri in config["marked"] if mark in request.text},
            base_iri=config["base"] or None,
            **_dataset(request, union=config["union"] and not seen.dataset),
        )
        if isinstance(results, ox.QueryTriples):
            _write_graph(results, _accepted_format(request.graph, "graph"), config["prefixes"], seen, out)
        else:
            wanted = _accepted_format(request.results, "results")
            out.xml = wanted == "xml"
            out.head(wanted, seen)
            results.serialize(cast("IO[bytes]", out), RESULTS[wanted])
    except (SyntaxError, ValueError) as error:
        raise _fault(str(error), request.text, config["prefixes"]) from error
    except RuntimeError as error:
        raise NoAnswerError("failed", reason=str(error)) from error
    except OSError as error:
        raise _refused(error, out) from error


def _examined(text: str) -> Scan:
    """What is seen in a query; raises NoAnswerError when it is not run here."""
    seen = scan(text)
    if seen.update:
        raise NoAnswerError("refused_update", keyword=seen.update)
    if seen.service:
        raise NoAnswerError("refused_service", line=seen.service.line, column=seen.service.column)
    return seen


def _fault(reason: str, text: str, prefixes: dict[str, str]) -> NoAnswerError:
    """What is wrong with a query: a prefix that nobody declares, a usual mistake, else what the parser says."""
    if missing := undeclared(text, prefixes):
        prefix, place = missing
        return NoAnswerError("undeclared_prefix", prefix=prefix, line=place.line, column=place.column)
    if found := mistake(text, reason):
        fault, values = found
        return NoAnswerError("bad_query", fault=fault, **values)
    return NoAnswerError("bad_query", reason=reason)


def _dataset(request: WorkerRequest, *, union: bool) -> dict[str, Any]:
    """The dataset of the query: what the protocol names, else what FROM names, else the store's, or its union."""
    if not (request.default_graphs or request.named_graphs):
        return {"use_default_graph_as_union": union}
    return {
        "default_graph": [_graph("default-graph-uri", iri) for iri in request.default_graphs],
        "named_graphs": [_graph("named-graph-uri", iri) for iri in request.named_graphs],
    }


def _graph(parameter: str, iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise NoAnswerError("bad_parameter", name=parameter, value=iri) from error


def _accepted_format(name: str | None, family: str) -> str:
    if name is None:
        raise NoAnswerError("not_acceptable", family=family)
    return name


def _write_graph(
    triples: Iterator[ox.Triple], wanted: str, prefixes: dict[str, str], seen: Scan, out: Output | BufferedResult
) -> None:
    out.head(wanted, seen)
    out.xml = wanted == "rdfxml"
    try:
        write_graph(triples, wanted, prefixes, out)
    except UnnameableError as error:
        raise NoAnswerError("unwritable", format="RDF/XML", reason=str(error)) from error


def _refused(error: OSError, out: Output | BufferedResult) -> Exception:
    """What an OSError means: our own byte cap, the other end gone, no way to write this, or a call that went out."""
    if out.full:
        return NoAnswerError("result_too_large")
    if isinstance(error, ConnectionError):
        return error
    if "does not support" in str(error):
        return NoAnswerError("unwritable", format="JSON-LD", reason=str(error))
    return NoAnswerError("refused_service", line=1, column=1)
