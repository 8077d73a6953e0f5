"""What Python and the C library do about memory that is no longer needed, where there is much of it."""

from __future__ import annotations

import ctypes
import gc


def stop_search() -> None:
    """Look no more for objects that hold each other: for a process that ends when it has done one thing.

    With a million quads in memory each look takes a second, for nothing, and at the end to free them takes two.
    """
    gc.disable()


def search_again() -> None:
    """Look for objects that hold each other from here on: printed pages leave many behind, but few quads."""
    gc.enable()


def release() -> None:
    """Give free memory back to the system: glibc keeps what was freed by other threads, and not for this one."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
