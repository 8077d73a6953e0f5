"""What queries may take together is bounded by the memory there is."""

from pathlib import Path

import pytest

from ekograph.engine.contract import Limits
from ekograph.engine.workers import memory_budget

MACHINES = [
    ("MemTotal:        2048 kB\nMemFree: 1 kB\n", None, 2 << 20),
    ("MemTotal:        2048 kB\n", "max\n", 2 << 20),
    ("MemTotal:        2048 kB\n", "1048576\n", 1 << 20),
    (None, "1048576\n", 1 << 20),
    (None, None, None),
    ("nonsense", "é", None),
]


@pytest.mark.parametrize(("meminfo", "group", "expected"), MACHINES)
def test_memory_is_that_of_the_machine_or_of_its_container(tmp_path: Path, meminfo, group, expected):
    for path, text in (("proc/meminfo", meminfo), ("sys/fs/cgroup/memory.max", group)):
        if text is not None:
            (tmp_path / path).parent.mkdir(parents=True)
            (tmp_path / path).write_text(text)
    assert memory_budget.of_machine(tmp_path) == expected


@pytest.mark.parametrize(("megabytes", "total"), [(100_000, 32), (1000, 2), (10, 1)])
def test_fewer_queries_run_at_once_where_memory_is_short(megabytes, total):
    assert Limits(memory_mb=384, total=32).within(megabytes << 20).total == total
