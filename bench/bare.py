"""The physical limit: an ASGI callable that knows one answer and looks at nothing, under a plain uvicorn.

python bench/bare.py PORT FILE     (FILE: a pickled triple of status, headers and body)
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import uvicorn


def application(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Any:
    start = {"type": "http.response.start", "status": status, "headers": headers}
    rest = {"type": "http.response.body", "body": body}

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start)
        await send(rest)

    return answer


if __name__ == "__main__":
    known = pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301 - written by the benchmark itself
    options = {"log_config": None, "access_log": False, "server_header": False, "proxy_headers": False}
    uvicorn.run(application(*known), port=int(sys.argv[1]), http="httptools", loop="uvloop", lifespan="off", **options)  # type: ignore[arg-type]
