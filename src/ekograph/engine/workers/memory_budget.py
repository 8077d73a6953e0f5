"""How much memory there is for queries: that of the machine, or of its container."""

from __future__ import annotations

import re
from pathlib import Path

#: The part of all memory that queries may take; the rest is for the dataset, the server and the system.
QUERIES_SHARE = 0.75

#: What a quad takes in memory, in bytes: 390 of a million.
QUAD = 400


def of_machine(root: Path = Path("/")) -> int | None:
    """Bytes of memory of this machine, or of the control group if that has less; None where neither is known.

    `root` is where /proc and /sys are.
    """
    total = re.search(r"^MemTotal:\s+(\d+) kB$", _text(root / "proc/meminfo"), re.MULTILINE)
    group = _text(root / "sys/fs/cgroup/memory.max").strip()
    sizes = [int(total[1]) * 1024 if total else 0, int(group) if group.isdecimal() else 0]
    return min(filter(None, sizes), default=None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):  # another system, or one that hides it
        return ""
