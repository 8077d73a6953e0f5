"""Work that belongs to a body of other work, done when that has succeeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Do `work`, which writes files, after the body; not at all if the body fails.

    Not in a forked process: where the store's threads hold a lock at that moment, the child waits for ever.
    """
    yield
    work()
