"""Work done beside the rest by a process forked for it: on a core of its own, in memory that ends with it."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Do `work`, which writes files, while the body runs; at the end both are done.

    Raises OSError when the work has failed. If the body fails, the work is given up.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _end_with(parent)
        _worked(work)
    try:
        yield
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        reason = code if code > 0 else errno.EIO
        raise OSError(reason, os.strerror(reason))


def _end_with(parent: int) -> None:
    """End this process when its parent ends, by SIGKILL too: it would go on writing, and hold the lock of the shelf."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _worked(work: Callable[[], None]) -> NoReturn:
    """Do the work and end the process at once, the reason of a failure as its status."""
    code = errno.EIO
    try:
        work()
        code = 0
    except OSError as error:
        code = error.errno or code
    except Exception:  # noqa: BLE001 - whatever it is, the process that waits must be told
        traceback.print_exc()
    finally:
        os._exit(code)
