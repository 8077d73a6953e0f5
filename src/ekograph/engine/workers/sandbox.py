"""Has the kernel refuse a process to open sockets, which no query may do."""

from __future__ import annotations

import ctypes
import platform
import struct

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_ALLOW, _ERRNO_EACCES = 0x7FFF0000, 0x0005000D
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06

#: By the name of the machine: the number of its architecture, and that of the system call socket().
MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}


class _Program(ctypes.Structure):
    """struct sock_fprog of <linux/filter.h>."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def refuse_sockets() -> bool:
    """Have the kernel refuse socket() to this process and its threads, with EACCES (seccomp, BPF filter).

    False on machines whose numbers are not in this file: there, the lexer and the limit on descriptors remain.
    Raises OSError.
    """
    if platform.machine() not in MACHINES:
        return False
    architecture, number = MACHINES[platform.machine()]
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
    return True
