"""A store on disk as a worker has it: opened for reading after the fork, in a process that can open no socket.

RocksDB starts threads and keeps files open, so that no process that has it open may fork.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from pathlib import Path

import pyoxigraph as ox

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_ALLOW, _ERRNO_EACCES = 0x7FFF0000, 0x0005000D
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06

#: By the name of the machine: what the kernel calls its architecture, and the number of the system call socket().
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}


class _Program(ctypes.Structure):
    """struct sock_fprog of <linux/filter.h>."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def probe(path: str) -> None:
    """Raise OSError unless the store can be opened; a process of its own tries."""
    pid = os.fork()
    if pid == 0:
        try:
            ox.Store.read_only(path)
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise OSError(f"{path}: the store cannot be opened")


def open_store(path: str) -> ox.Store:
    """The store, for reading; from here on, this process opens no socket. Raises OSError."""
    refuse_sockets()
    return ox.Store.read_only(path)


def files_needed(path: str) -> int:
    """How many descriptors the process needs once the store at `path` is open: files of it may be opened later."""
    descriptors = list(Path("/proc/self/fd").iterdir())
    opened = {os.path.realpath(each) for each in descriptors}
    later = [each for each in Path(path).resolve().glob("*.sst") if str(each) not in opened]
    return max(int(each.name) for each in descriptors) + 1 + len(later)


def refuse_sockets() -> None:
    """Have the kernel refuse socket() to this process and its threads, with EACCES (seccomp, BPF filter).

    On machines whose numbers are not known here, the scanner and the limit on descriptors remain. Raises OSError.
    """
    if platform.machine() not in _MACHINES:
        return
    architecture, number = _MACHINES[platform.machine()]
    instructions = b"".join(
        struct.pack("HBBI", code, if_true, if_false, value)
        for code, if_true, if_false, value in (
            (_LOAD, 0, 0, 4),  # the architecture
            (_IF_EQUAL, 0, 3, architecture),
            (_LOAD, 0, 0, 0),  # the number of the system call
            (_IF_EQUAL, 0, 1, number),
            (_RETURN, 0, 0, _ERRNO_EACCES),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    program = _Program(len(instructions) // 8, instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero) or libc.prctl(
        _PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program), zero, zero
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
