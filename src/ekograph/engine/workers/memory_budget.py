"""How much memory there is for queries: that of the machine, or of the container."""

from __future__ import annotations

import re
from pathlib import Path

#: Of all memory, this part may be taken by queries; the rest is for the dataset, the server and the system.
QUERIES_SHARE = 0.75

#: What a quad takes in memory, in bytes: 390 of a million.
QUAD = 400


def of_machine(root: Path = Path("/")) -> int | None:
    """Bytes of memory of this machine, or of the control group if that has less; None where nobody tells.

    `root` is where /proc and /sys are.
    """
    found = [_meminfo(root / "proc/meminfo"), _number(root / "sys/fs/cgroup/memory.max")]
    return min((each for each in found if each), default=None)


def _meminfo(path: Path) -> int | None:
    total = re.search(r"^MemTotal:\s+(\d+) kB$", _text(path), re.MULTILINE)
    return int(total[1]) * 1024 if total else None


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):  # another system, or one that hides it
        return ""
