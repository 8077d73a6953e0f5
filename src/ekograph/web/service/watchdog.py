"""Notices when the event loop stands still: then every client waits, and nothing else would say where."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback

#: Seconds without a turn of the loop that are reported, and how often is looked.
BLOCKED_SECONDS = 0.25
_LOOK_EVERY = 0.05

log = logging.getLogger("ekograph")


class Watchdog:
    """Watches the loop that `keep` runs in, from a thread; each time that it stands still is logged with the stack."""

    def __init__(self) -> None:
        self.blocked = 0
        self._turn = time.monotonic()
        self._watched = threading.get_ident()

    async def keep(self) -> None:
        """Show for ever that the loop turns."""
        self._turn, self._watched = time.monotonic(), threading.get_ident()
        stopped = threading.Event()
        threading.Thread(target=self._watch, args=(stopped,), name="watchdog", daemon=True).start()
        try:
            while True:
                self._turn = time.monotonic()
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            stopped.set()

    def figures(self) -> dict[str, float]:
        """How often the loop stood still."""
        return {"event_loop_blocked_total": self.blocked}

    def _watch(self, stopped: threading.Event) -> None:
        reported = 0.0
        while not stopped.wait(_LOOK_EVERY):
            turn = self._turn
            if time.monotonic() - turn > BLOCKED_SECONDS and turn != reported:
                reported = turn
                self.blocked += 1
                frame = sys._current_frames().get(self._watched)  # noqa: SLF001 - there is no other way to see it
                stack = "".join(traceback.format_stack(frame)) if frame else ""
                log.warning("the event loop has stood still for %d ms at:\n%s", 1000 * BLOCKED_SECONDS, stack)
