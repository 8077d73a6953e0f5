"""What a worker does: it answers one query at a time over its one socket, with nothing but the dataset at hand.

It imports little of this package, so that the fork server starts in a moment.
"""

from __future__ import annotations

import marshal
import resource
import signal
import socket
import time
from collections.abc import Callable
from typing import IO, Any, cast

import pyoxigraph as ox

from ekograph.engine import errors
from ekograph.engine.diagnostics.lexer import MAX_DEPTH, TEXT_SEARCH, Scan, depth_exceeds, scan, undeclared
from ekograph.engine.diagnostics.mistakes import mistake
from ekograph.engine.direct.connection_server import ConnectionServer
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.ipc import END, REQUEST, WholeAnswer, WorkerRequest
from ekograph.engine.workers.result_writer import RESULTS, XML, FrameWriter, unwritable, write_graph, xml_of
from ekograph.engine.workers.shared_counters import WorkerCounters

#: A worker that has taken this part of the memory it may take is replaced: too little is left for the next query.
_EXHAUSTED = 0.25

#: Characters of a query in which a usual mistake is looked for.
_LOOKED_AT = 65_536

#: A query may call so many functions that are unknown; it is planned once more for each.
_MOST_UNKNOWN = 20


def serve(connection: socket.socket, counters: WorkerCounters, store: ox.Store, config: dict[str, Any]) -> None:
    """Answer one query after the other, until the other end closes."""
    config = prepared(config)
    requests = Requests(connection)
    bounds = _KernelBounds(config["seconds"], config["life"])
    limit = _peak_memory() + _EXHAUSTED * (config["memory_mb"] << 20)

    def answer(request: WorkerRequest) -> WholeAnswer | None:
        bounds.set()
        try:
            return _whole_answer(store, request, config)
        except (QueryError, MemoryError, SyntaxError, ValueError, RuntimeError, OSError):
            # The web process asks again, and tells the client why there is no answer.
            return None

    try:
        while message := requests.next():
            number, request = message
            out = FrameWriter(connection, number, config["result_mb"] * 1_000_000)
            try:
                if request is None:
                    ConnectionServer(connection, counters, answer, out.send).serve()
                    out.send(END, b"exhausted" if _peak_memory() > limit else b"")
                else:
                    bounds.set()
                    _answer(store, request, config, out)
                    out.end(exhausted=_peak_memory() > limit)
            except QueryError as error:
                out.fail(error)
            except MemoryError:
                out.fail(QueryError("out_of_memory", limit=config["memory_mb"]))
            bounds.lift()
    except (BrokenPipeError, ConnectionResetError):
        return


def prepared(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with what is looked for in a query to know which prefixes it uses."""
    return {**config, "marks": [(f"{name}:", name, iri) for name, iri in config["prefixes"].items()]}


class _Collecting:
    """Takes an answer of at most `cap` bytes."""

    def __init__(self, cap: int) -> None:
        self.full = False
        self.body = bytearray()
        self.name, self.form, self.lasting = "", "", False
        self._cap = cap

    def head(self, name: str, seen: Scan) -> None:
        """Take the format and the form of the answer, and whether it lasts."""
        self.name, self.form, self.lasting = name, seen.form, not seen.volatile

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self.body += data
        if len(self.body) > self._cap:
            self.full = True
            raise OSError("the answer is larger than its cap")
        return len(data)

    def flush(self) -> None:
        """Nothing."""


def collected(store: ox.Store, request: WorkerRequest, config: dict[str, Any]) -> tuple[str, str, bool, bytes]:
    """Format and form of an answer, whether it lasts, and its body; raises QueryError."""
    out = _Collecting(config["result_mb"] * 1_000_000)
    _answer(store, request, config, out)
    body = bytes(out.body)
    return out.name, out.form, out.lasting, xml_of(body, last=True)[0] if out.name in XML else body


class Requests:
    """What arrives on the socket: requests with their numbers, in turn."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()

    def next(self) -> tuple[int, WorkerRequest | None] | None:
        """The next request, without a query where connections are to be taken; None: the other end has closed."""
        while len(self._received) < REQUEST.size or len(self._received) < REQUEST.size + self._header()[1]:
            data = self._connection.recv(65_536)
            if not data:
                return None
            self._received += data
        number, length = self._header()
        payload = self._received[REQUEST.size : REQUEST.size + length]
        del self._received[: REQUEST.size + length]
        # Trusted: it comes from the process that started this one.
        return number, WorkerRequest(*marshal.loads(payload)) if payload else None  # noqa: S302

    def _header(self) -> tuple[int, int]:
        number, length = REQUEST.unpack_from(self._received)
        return number, length


class _KernelBounds:
    """Has the kernel end this process even if nobody else does: by its CPU time, and in the end by the clock.

    They are renewed once a second at most: a query has its `seconds` and up to two more.
    """

    def __init__(self, seconds: float, life: float) -> None:
        self._seconds = seconds
        self._life = life
        self._renewed = 0.0

    def set(self) -> None:
        """Start to count for a query."""
        now = time.monotonic()
        if now - self._renewed < 1:
            return
        self._renewed = now
        cpu = int(time.process_time() + self._seconds) + 3
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
        signal.setitimer(signal.ITIMER_REAL, self._life + 1)

    def lift(self) -> None:
        """Let time pass while no query is at work."""
        self._renewed = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)


def _peak_memory() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _answer(store: ox.Store, request: WorkerRequest, config: dict[str, Any], out: FrameWriter | _Collecting) -> None:
    """Write the answer to `out`; raises QueryError, MemoryError, and ConnectionError when nobody reads it."""
    seen = _examined(request.text)
    file = cast("IO[bytes]", out)  # pyoxigraph only ever writes and flushes
    try:
        results = _results(store, request, config, seen)
        if isinstance(results, ox.QueryTriples):
            out.head(name := _accepted(request.graph, "graph"), seen)
            write_graph(results, name, config["prefixes"], file)
        else:
            out.head(name := _accepted(request.results, "results"), seen)
            results.serialize(file, RESULTS[name])
    except (SyntaxError, ValueError) as error:
        raise _diagnosis(str(error), request.text, config["prefixes"]) from error
    except RuntimeError as error:
        raise errors.from_evaluation(str(error)) from error
    except OSError as error:
        if out.full:
            raise QueryError("result_too_large", limit=config["result_mb"]) from error
        if isinstance(error, ConnectionError):
            raise
        # What is left is a call to another endpoint, which the kernel has refused.
        raise (unwritable(error) or QueryError("refused_service", line=1, column=1)) from error


def _whole_answer(store: ox.Store, request: WorkerRequest, config: dict[str, Any]) -> WholeAnswer | None:
    """The answer, if it is the same as long as the dataset is; raises what `_answer` does, and what pyoxigraph does."""
    seen = _examined(request.text)
    results = None if seen.volatile or TEXT_SEARCH in request.text else _results(store, request, config, seen)
    if results is None:
        return None
    if isinstance(results, ox.QueryTriples):
        body = write_graph(results, name := _accepted(request.graph, "graph"), config["prefixes"])
    else:
        body = results.serialize(format=RESULTS[name := _accepted(request.results, "results")]) or b""
    return WholeAnswer(name, xml_of(body, last=True)[0] if name in XML else body)


def _results(
    store: ox.Store, request: WorkerRequest, config: dict[str, Any], seen: Scan
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    unknown: dict[ox.NamedNode, Callable[..., Any]] = {}
    while True:
        try:
            return store.query(
                request.text,
                # Declaring all of them takes longer.
                prefixes={name: iri for mark, name, iri in config["marks"] if mark in request.text},
                base_iri=config["base"] or None,
                custom_functions=unknown or None,
                **_dataset(request, union=config["default_graph"] == "union" and not seen.dataset),
            )
        except RuntimeError as error:
            # A call of an unknown function is an error of evaluation (SPARQL 1.1 Query, section 17.6).
            function = errors.from_evaluation(str(error)).values.get("function", "")
            if not function or len(unknown) == _MOST_UNKNOWN or not (request.results or request.graph):
                raise
            unknown[ox.NamedNode(function)] = _without_value


def _without_value(*_arguments: object) -> None:
    """What a function that nobody knows gives: nothing."""


def _examined(text: str) -> Scan:
    """What the lexer sees in a query; raises QueryError when it is not executed here."""
    seen = scan(text)
    if seen.update:
        raise QueryError("refused_update", keyword=seen.update)
    if seen.service:
        raise QueryError("refused_service", line=seen.service.line, column=seen.service.column)
    if depth_exceeds(text, MAX_DEPTH):
        raise QueryError("too_deep")
    return seen


def _diagnosis(message: str, text: str, prefixes: dict[str, str]) -> QueryError:
    """What is wrong with a query: an undeclared prefix, a usual mistake, else what the parser says."""
    if missing := undeclared(text, prefixes):
        prefix, place = missing
        return QueryError("undeclared_prefix", prefix=prefix, line=place.line, column=place.column)
    # What programs write has no usual mistakes; to look for them in a megabyte takes seconds.
    if len(text) <= _LOOKED_AT and (usual := mistake(text, message)):
        fault, values = usual
        return QueryError("bad_query", fault=fault, **values)
    return errors.from_parser(message)


def _dataset(request: WorkerRequest, *, union: bool) -> dict[str, Any]:
    """The dataset of a query: what the protocol names, else what FROM names, else the store's or the union of that.

    Where the default graph is merged, the store has it as its own.
    """
    if not (request.default_graphs or request.named_graphs):
        return {"use_default_graph_as_union": union}
    return {
        "default_graph": [_graph("default-graph-uri", iri) for iri in request.default_graphs],
        "named_graphs": [_graph("named-graph-uri", iri) for iri in request.named_graphs],
    }


def _accepted(name: str | None, family: str) -> str:
    if name is None:
        raise QueryError("not_acceptable", family=family)
    return name


def _graph(parameter: str, iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QueryError("bad_parameter", name=parameter, value=iri) from error
