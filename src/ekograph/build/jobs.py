"""Work done beside the rest in an interpreter of its own: on another core, in memory that ends with it.

Not in a forked process, which would inherit the locks that threads of the store and of the compression hold at that
moment, and wait for them for ever.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn


@contextmanager
def subprocess_job(module: str, *arguments: str, keep: bool = True) -> Iterator[None]:
    """Run `module`, which is to call `work_beside`, while the body runs; at the end both are done.

    Raises OSError when the work has failed. If the body fails, or without `keep` ends, the work is given up.
    """
    # In a session of its own, so that Ctrl-C reaches the process that asked, and this one through it alone.
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield
            if not keep:
                process.kill()
                return
            code = process.wait()
        except BaseException:
            process.kill()
            raise
    if code:
        reason = code if code > 0 else errno.EIO
        raise OSError(reason, os.strerror(reason), *arguments[:1])


def run_job(work: Callable[[], None]) -> NoReturn:
    """Do `work` and exit, the reason of a failure as the status; end at once when the process that asked is gone."""
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    try:
        work()
    except OSError as error:
        sys.exit(error.errno or errno.EIO)
    except Exception:  # noqa: BLE001 - whatever it is, the process that waits must be told
        traceback.print_exc()
        sys.exit(errno.EIO)
    sys.exit(0)


def _end_with_the_other() -> None:
    """Nothing is ever written into the pipe: reading ends when nobody holds its other end any more."""
    os.read(0, 1)
    os._exit(errno.EPIPE)
