"""What a terminal is shown, and what a pipe is spared."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from tests.validation.test_check import HEAD


def at_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal, output and errors alike."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ekograph", *arguments],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", **environment},
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # Linux: how a terminal says that the other side has closed it
        pass
    finally:
        os.close(ours)
        process.wait()
    return said.decode()


@pytest.fixture
def broken(site):
    (site / "data/things.ttl").write_text(HEAD + "<a> a ex:Thing .")
    return site


@pytest.mark.parametrize(
    ("language", "step"), [("fi", "Luetaan tiedostoja…"), ("sv", "Filerna läses…"), ("en", "Reading the files…")]
)
def test_a_terminal_shows_what_is_being_done_and_then_clears_it(language, step, broken):
    said = at_a_terminal("check", "--lang", language)
    assert f"\r\033[K{step}" in said
    assert said.index(step) < said.index("\r\033[K\033[1mdata/things.ttl")


def test_a_terminal_is_shown_colours_unless_it_wants_none(broken):
    assert "\033[31m[A01]" in at_a_terminal("check")
    assert "[31m" not in at_a_terminal("check", NO_COLOR="1")
    assert "[31m" not in at_a_terminal("check", TERM="dumb")


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_pipe_is_given_the_report_alone(command, broken):
    done = subprocess.run([sys.executable, "-m", "ekograph", command], capture_output=True, text=True, check=False)
    assert "\033" not in done.stdout
    assert "\r" not in done.stdout
    assert done.stderr == ""


def test_a_misspelt_command_gets_the_right_one(site):
    done = subprocess.run([sys.executable, "-m", "ekograph", "chekc"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("There is no command chekc. Did you mean check?\n")
