"""When the connection of a client is lent to the engine, which then answers there by itself, and on which terms.

Every answer there is, byte for byte but for Date, the one that the web process would have given.
"""

from __future__ import annotations

from functools import partial

from ekograph.engine.frames import Terms
from ekograph.engine.loan import Connection, Loan
from ekograph.web.answering import Pending, head_of, key_of
from ekograph.web.asgi import Scope
from ekograph.web.metrics import Metrics
from ekograph.web.reply import GZIP_FROM, Fields

_VERSION, _END = b" HTTP/1.1\r\n", b"\r\n\r\n"

# With these a request is more than a query.
_MORE = frozenset(
    (
        *(b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range"),
        *(b"content-length", b"transfer-encoding", b"content-type", b"expect", b"upgrade", b"accept-datetime"),
    )
)


def lend(pending: Pending, whole: bytes, connection: Connection, metrics: Metrics) -> bool:
    """Lend the connection of a query that has just been answered, if that is a good thing; `whole` is its request."""
    request, query = pending.request, pending.query
    if metrics.log or not _is_alike(request.scope, request.fields, whole) or not pending.is_kept:
        return False
    borrower = request.pair.engine.borrower(query.client)
    if borrower is None:
        return False
    snapshot = request.pair.snapshot.name
    _, after, tail = whole.partition(_VERSION)
    terms = Terms(
        before=_before(request.scope),
        after=after + tail,
        results=query.results.name if query.results else None,
        graph=query.graph.name if query.graph else None,
        key=key_of(snapshot, query._replace(text=""), gzip=request.gzip),
        heads={each.name: head_of(snapshot, each) for each in (query.results, query.graph) if each},
        gzip_from=GZIP_FROM if request.gzip else 0,
    )
    borrower.lend(Loan(connection, terms, partial(metrics.note_lent, request.scope["path"])))
    return True


def _is_alike(scope: Scope, fields: Fields, whole: bytes) -> bool:
    """Whether the request is a plain query, so that one with another text and the same bytes after it is one too."""
    target, _, tail = whole.partition(_VERSION)
    return (
        target.startswith(_before(scope))
        and b"&" not in target
        and tail.endswith(_END)
        and tail.count(_END) == 1
        and not _MORE & fields.keys()
    )


def _before(scope: Scope) -> bytes:
    before: bytes = b"GET " + scope["raw_path"] + b"?query="
    return before
