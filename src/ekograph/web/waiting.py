"""What is answered while no snapshot is in service: 503, never an empty document that a harvester would believe."""

from __future__ import annotations

from ekograph.web.asgi import Scope
from ekograph.web.errors import Problem, reply_of
from ekograph.web.reply import Reply, options

#: Where those who watch over the server ask; the application answers there at any time.
OF_THE_SERVER = frozenset({"/health", "/ready", "/metrics"})

#: Seconds after which asking again makes sense.
RETRY_AFTER = 10

#: What any address may know: a script of another origin asks first, and could not read the 503 without a yes.
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


def reply(scope: Scope) -> Reply | None:
    """The response to a request; None for those of the application."""
    if scope["path"] in OF_THE_SERVER:
        return None
    return options(_METHODS) if scope["method"] == "OPTIONS" else reply_of(problem(), scope)


def problem(**members: object) -> Problem:
    """Nothing is in service (503); `members` say more of it."""
    return Problem(503, "nothing_live", members=members, headers=((b"retry-after", str(RETRY_AFTER).encode()),))
