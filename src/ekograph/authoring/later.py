"""Work that goes on in a thread of its own until its outcome is asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Later(Generic[T]):
    """The outcome of `work`, which has begun; for work in C that lets Python go on meanwhile."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._outcomes: list[T] = []
        self._error: BaseException | None = None
        # A check that is broken off does not wait for the engine.
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def outcome(self) -> T:
        """Wait for the outcome and return it. Raises what the work raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._outcomes[0]

    def _run(self) -> None:
        try:
            self._outcomes.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the outcome is asked for
            self._error = error
