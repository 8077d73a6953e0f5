"""What Python and the C library do about memory that is no longer needed, where there is much of it."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage while the body runs: with a million quads in memory each look takes a second, for nothing."""
    usual = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if usual:
            gc.enable()


def release() -> None:
    """Give free memory back to the system: glibc keeps what was freed by other threads, and not for this one."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
