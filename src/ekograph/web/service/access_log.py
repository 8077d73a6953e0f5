"""The access log: a line of JSON for each request, which names nobody and holds no query."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ekograph.web.contract import Request

access = logging.getLogger("ekograph.access")


def write_access_log() -> None:
    """Have the access log written to standard output."""
    if not access.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        access.addHandler(handler)
    access.setLevel(logging.INFO)
    access.propagate = False


def log_access(request: Request, status: int, seconds: float) -> None:
    """Write one line about a request: never its query, which may hold names of people."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "client": _shortened((request.scope.get("client") or ("",))[0]),
        "method": request.method,
        "path": request.scope["path"],
        "status": status,
        "ms": round(1000 * seconds, 2),
    }
    access.info("%s", json.dumps(line, ensure_ascii=False))


def _shortened(address: str) -> str:
    """An address without the part that stands for one machine: the last octet, or the last 80 bits."""
    if "." in address:
        return address.rpartition(".")[0] + ".0"
    return ":".join(address.split(":")[:3]) + "::" if ":" in address else address


def client_part(peer: Sequence[Any]) -> str:
    """What stands of a client in its lines, for a worker that writes them."""
    return f'"client": {json.dumps(_shortened(peer[0]))}, '
