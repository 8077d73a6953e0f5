"""What Python and the C library do about memory that is no longer needed, in processes that hold much of it."""

from __future__ import annotations

import gc


def disable_gc() -> None:
    """Look for no reference cycles: with a million quads in memory each look takes a second and finds nothing."""
    gc.disable()


def enable_gc() -> None:
    """Look for reference cycles again: printing pages leaves many behind."""
    gc.enable()


def release_memory() -> None:
    """Give free memory back to the system: glibc keeps what other threads have freed."""
    import ctypes  # 4 ms that most commands need not spend

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
