"""Clients that are programs of their own, run against the served site."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def run(*command: object) -> str:
    """What the command prints; it must succeed."""
    done = subprocess.run(
        [str(each) for each in command], cwd=HERE, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def installed(name: str) -> str:
    """The path of a program; the test is skipped where there is none."""
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


@pytest.fixture
def node():
    """Runs one of the scripts beside this file, with the packages of package.json."""
    program = installed("node")
    if not (HERE / "node_modules").is_dir():
        pytest.skip("the packages are not installed: npm ci --ignore-scripts, in tests/clients")
    return lambda script, *arguments: run(program, HERE / script, *arguments)
