"""When the connection of a client is handed to the engine, which then answers there by itself, and on which terms."""

from __future__ import annotations

from functools import partial

from ekograph.engine.handoff.protocol import Connection, Handoff, Terms
from ekograph.web.contract import Request
from ekograph.web.http.response import GZIP_FROM
from ekograph.web.service.metrics import Metrics
from ekograph.web.sparql.answering import PendingAnswer, head_of, key_of

_VERSION, _END = b" HTTP/1.1\r\n", b"\r\n\r\n"

# With these a request is more than a query.
_MORE = frozenset(
    (
        *(b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range"),
        *(b"content-length", b"transfer-encoding", b"content-type", b"expect", b"upgrade", b"accept-datetime"),
    )
)


def lend(pending: PendingAnswer, data: bytes, connection: Connection, metrics: Metrics) -> bool:
    """Hand over the connection of a query that has just been answered, if it helps; `data` is its whole request."""
    request, query = pending.request, pending.query
    if metrics.log or not pending.lasts or not _is_plain_query(request, data):
        return False

    def terms() -> Terms:
        snapshot = request.live.snapshot.name
        _, after, rest = data.partition(_VERSION)
        return Terms(
            before=_before(request),
            after=after + rest,
            results=query.results.name if query.results else None,
            graph=query.graph.name if query.graph else None,
            key=key_of(snapshot, query._replace(text=""), gzip=pending.gzip),
            heads={form.name: head_of(snapshot, form) for form in (query.results, query.graph) if form},
            gzip_from=GZIP_FROM if pending.gzip else 0,
        )

    note = partial(metrics.count_lent, request.path)
    return request.live.engine.hand_over(query.client, Handoff(connection, terms, note))


def _is_plain_query(request: Request, data: bytes) -> bool:
    """Whether a request with another text in the same place and the same bytes after it is a query too."""
    target, _, rest = data.partition(_VERSION)
    return (
        target.startswith(_before(request))
        and b"&" not in target
        and rest.endswith(_END)
        and rest.count(_END) == 1
        and not _MORE & request.fields.keys()
    )


def _before(request: Request) -> bytes:
    before: bytes = b"GET " + request.scope["raw_path"] + b"?query="
    return before
