"""When the event loop stands still, the log says where, and the metrics how often."""

import asyncio
import time

from ekograph.web.service.watchdog import Watchdog


def stand_still(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_loop_that_stands_still_is_logged_once_with_its_stack(caplog):
    async def session() -> int:
        watchdog = Watchdog()
        keeping = asyncio.ensure_future(watchdog.keep())
        await asyncio.sleep(0.2)
        before = watchdog.blocked
        stand_still(0.8)
        await asyncio.sleep(0.2)
        keeping.cancel()
        return watchdog.blocked - before

    assert asyncio.run(session()) == 1
    assert "stand_still" in caplog.text


def test_the_metrics_count_it(server):
    assert "ekograph_event_loop_blocked_total " in server.get("/metrics").text
