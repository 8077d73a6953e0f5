"""What the server tells of itself can be read by Prometheus, and names nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time

import pytest

from ekograph.web.contract import Request
from ekograph.web.service.access_log import log_access
from ekograph.web.service.metrics import Metrics, added, counters, route_of, text_format

SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? [0-9.e+-]+')


def request(path: str = "/sparql", client: str = "192.0.2.77") -> Request:
    scope = {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"query=secret"}
    return Request({**scope, "client": (client, 1), "headers": []})


def answered(metrics: Metrics) -> None:
    async def session():
        async def ignore(_message):
            await asyncio.sleep(0)

        async def application(_scope, _receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
            await send({"type": "http.response.body", "body": b"b"})

        await metrics.observing(request(), time.perf_counter(), application)({}, None, ignore)

    asyncio.run(session())


def test_every_line_is_a_comment_or_a_sample():
    metrics = Metrics()
    answered(metrics)
    metrics.count(request("/doc/x"), 404, 20.0)
    lines = text_format({**metrics.samples(), "queries_total": {"": 3}, "waiting": {"": 0.5}}).decode().splitlines()
    assert [line for line in lines if not line.startswith("# TYPE ") and not SAMPLE.fullmatch(line)] == []


def test_a_request_is_counted_once_when_its_answer_is_complete():
    metrics = Metrics()
    answered(metrics)
    text = text_format(metrics.samples()).decode()
    assert 'ekograph_http_requests_total{route="sparql",status="200"} 1\n' in text
    assert 'ekograph_http_request_duration_seconds_count{route="sparql"} 1\n' in text


def test_the_classes_of_a_histogram_add_up():
    metrics = Metrics()
    for seconds in (0.0, 0.001, 0.02, 3.0, 99.0):
        metrics.count(request("/"), 200, seconds)
    counts = re.findall(r'_bucket\{route="front",le="[^"]+"\} (\d+)', text_format(metrics.samples()).decode())
    assert [*map(int, counts)] == [2, 2, 2, 3, 3, 3, 3, 4, 4, 5]


def test_the_figures_of_two_processes_are_one_sum_but_what_both_hold_alike_is_not():
    one, other = Metrics(), Metrics()
    one.count(request("/"), 200, 0.02)
    other.count(request("/"), 200, 0.02)
    other.count(request("/"), 404, 0.0)
    held = [{"quads": {"": 7}, "idle": {"": number}} for number in (1, 2)]
    text = text_format(added({**one.samples(), **held[0]}, {**other.samples(), **held[1]})).decode()
    assert 'ekograph_http_requests_total{route="front",status="200"} 2\n' in text
    assert 'ekograph_http_requests_total{route="front",status="404"} 1\n' in text
    assert 'ekograph_http_request_duration_seconds_bucket{route="front",le="+Inf"} 3\n' in text
    assert "ekograph_quads 7\n" in text
    assert "ekograph_idle 3\n" in text


def test_what_is_left_of_a_dead_process_is_what_it_counted():
    metrics = Metrics()
    metrics.count(request("/"), 200, 0.0)
    left = counters({**metrics.samples(), "idle": {"": 2}, "queries_total": {"": 3}})
    assert {"http_requests_total", "http_request_duration_seconds", "queries_total"} <= set(left)
    assert "idle" not in left


@pytest.mark.parametrize(
    ("path", "route"),
    [("/", "front"), ("/sparql", "sparql"), ("/sparql.fi.html", "sparql"), ("/doc/a/b", "doc"), ("/x" * 99, "other")],
)
def test_made_up_paths_make_no_new_series(path, route):
    assert route_of(path) == route


@pytest.mark.parametrize(("client", "written"), [("192.0.2.77", "192.0.2.0"), ("2001:db8:1:2::3", "2001:db8:1::")])
def test_the_access_log_holds_neither_query_nor_whole_address(caplog, client, written):
    with caplog.at_level(logging.INFO, "ekograph.access"):
        log_access(request(client=client), 200, 0.0123)
    (record,) = caplog.messages
    assert json.loads(record)["client"] == written
    assert json.loads(record)["ms"] == 12.3
    assert "secret" not in record


def test_the_server_tells_its_figures(server):
    server.get("/sparql?query=ASK%7B%7D")
    server.get("/")
    reply = server.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    for name in (
        'requests_total{route="front",status="200"}',
        "ekograph_workers ",
        "ekograph_queries_total ",
        "cache_misses_total ",
    ):
        assert name in reply.text
