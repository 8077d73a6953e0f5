"""Printed resources: GET, 304, HEAD and 303 beside a bare callable that returns the same bytes, and beside nginx."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench import servers
from bench.heads import head_cpu
from bench.load import Asked, Effort, Load, load, middle
from bench.servers import Server
from bench.table import Row, compare

PAGE = "/doc/agreement/lahti"

#: Requests a second of Prez, which no package index has, for Turtle and HTML of 7 to 12 kB; measured on 2026-11-24
#: on this kind of machine.
PREZ = {"text/turtle": 65, "text/html": 123}


@dataclass(frozen=True)
class Case:
    """A request, and the file with which nginx answers the like."""

    name: str
    path: str
    accept: str
    file: str
    most: float = 1.25
    method: str = "GET"
    again: bool = False
    headers: dict[str, str] = field(default_factory=dict)


CASES = (
    Case("GET, HTML", PAGE, "text/html", f"{PAGE}.html"),
    Case("GET, Turtle", PAGE, "text/turtle", f"{PAGE}.ttl"),
    Case("GET, JSON-LD", PAGE, "application/ld+json", f"{PAGE}.jsonld"),
    Case("GET, HTML in gzip", PAGE, "text/html", f"{PAGE}.html", headers={"accept-encoding": "gzip"}),
    Case("304, Turtle", PAGE, "text/turtle", f"{PAGE}.ttl", most=1.2, again=True),
    Case("303 of /id/", "/id/agreement/lahti", "text/turtle", "/id/agreement/lahti"),
    Case("HEAD, Turtle", PAGE, "text/turtle", f"{PAGE}.ttl", method="HEAD"),
)


@dataclass(frozen=True)
class Got:
    """An answer, as the bare callable is to give it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def field(self, name: bytes) -> str:
        """The value of a header field, or nothing."""
        return dict(self.headers).get(name, b"").decode()


def measure(shelf: Path, folder: Path, effort: Effort) -> Iterator[Row]:
    """The rows of all cases; the contenders take turns."""
    with servers.ours(shelf) as ours:
        files = _files(ours, folder)
        with servers.nginx(files) as nginx:
            for case in CASES:
                yield from _case(case, ours, nginx, folder, effort)


def _case(case: Case, ours: Server, nginx: Server, folder: Path, effort: Effort) -> Iterator[Row]:
    headers = {"accept": case.accept, **case.headers}
    if case.again:
        headers["if-none-match"] = ask(ours, case.path, headers).field(b"etag")
    known = ask(ours, case.path, headers)
    with ExitStack() as stack:
        bare = stack.enter_context(servers.bare(known.status, known.headers, known.body, folder))
        runs = [(ours, case.path, headers), (bare, case.path, headers), (nginx, case.file, _for_nginx(case, nginx))]
        if case.method == "HEAD":
            yield from _heads(case, runs)
            return
        loads: dict[str, list[Load]] = {}
        for _ in range(effort.rounds):
            for server, path, fields in runs:
                run = load(Asked(server.url + path, fields), server.pids, effort.seconds)
                loads.setdefault(server.name, []).append(run)
    mine, limit, files = (middle(loads[server.name]) for server, _, _ in runs)
    if mine.failed:
        raise RuntimeError(f"{case.name}: {mine.failed} requests have failed")
    yield compare(f"{case.name}: CPU a request", mine.cpu, bare.name, limit.cpu, "us", most=case.most)
    yield compare(f"{case.name}: requests", mine.rate, bare.name, limit.rate, "/s")
    yield compare(f"{case.name}: requests", mine.rate, nginx.name, files.rate, "/s")
    if known.status == 200 and not case.headers and (prez := PREZ.get(case.accept)):
        yield compare(f"{case.name}: requests", mine.rate, "Prez, as measured then", prez, "/s", least=300)


def _heads(case: Case, runs: list[tuple[Server, str, dict[str, str]]]) -> Iterator[Row]:
    mine, limit, files = (head_cpu(server.url + path, fields, server.pids) for server, path, fields in runs)
    yield compare(f"{case.name}: CPU a request", mine, runs[1][0].name, limit, "us", most=case.most)
    yield compare(f"{case.name}: CPU a request", mine, runs[2][0].name, files, "us")


def _for_nginx(case: Case, nginx: Server) -> dict[str, str]:
    return {"if-none-match": ask(nginx, case.file, {}).field(b"etag")} if case.again else {}


def ask(server: Server, path: str, headers: dict[str, str]) -> Got:
    """One answer of a server, redirects not followed."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    if response.status >= 400:
        raise RuntimeError(f"{server.name} answers {path} with {response.status}")
    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.getheaders()]
    return Got(response.status, [pair for pair in fields if pair[0] != b"date"], response.read())


def _files(ours: Server, folder: Path) -> Path:
    """The folder from which nginx serves the same bodies as files."""
    for case in CASES:
        target = folder / "files" / case.file[1:]
        if case.file.startswith("/doc/"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(ask(ours, case.path, {"accept": case.accept}).body)
    return folder
