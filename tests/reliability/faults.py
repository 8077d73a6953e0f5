"""Publishes, rolls back, starts and swaps with one call to the system failing, each in turn.

`python -m tests.reliability.faults` tries all of them, with `inject.c` before the C library, and prints what is wrong
after each. `--part N` tries some N of each kind.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import http.client
import mmap
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tests.publish.conftest import STATES, Folder, site

from ekograph.cli import main
from ekograph.config import load
from ekograph.publish.pipeline import publish
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Manifest, SnapshotError, damages

SOURCE = Path(__file__).with_name("inject.c")
KILL, SHORT = -9, -2
_HEAD = struct.Struct("qqqqq")
_CALLS = 1_000_000
#: Seconds in which a server must serve the newest snapshot again: it tries one anew after five.
PATIENCE = 20
#: The status of a command that has not ended by itself.
HUNG = 99
#: What is asked of a server.
PAGE, QUERY = "/doc/tree/oak.ttl", "/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D"

_DISK = (errno.EIO, errno.ENOSPC)
_MANY = (errno.EMFILE,)
#: By the number that `inject.c` gives a call: its name, and how it may fail.
FAILURES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("open", (errno.EMFILE, errno.EIO)),
    ("create", (errno.ENOSPC, errno.EMFILE, KILL)),
    ("opendir", _MANY),
    ("readdir", (errno.EIO,)),
    ("read", (errno.EIO, SHORT)),
    ("write", (errno.ENOSPC, errno.EIO, SHORT, KILL)),
    ("writev", _DISK),
    ("fsync", (errno.EIO, KILL)),
    ("rename", (errno.ENOSPC, errno.EIO, KILL)),
    ("mkdir", (errno.ENOSPC, KILL)),
    ("rmdir", (errno.EIO, KILL)),
    ("unlink", (errno.EIO, KILL)),
    ("symlink", (errno.ENOSPC, KILL)),
    ("link", (errno.EIO,)),
    ("readlink", (errno.EIO,)),
    ("stat", (errno.EIO,)),
    ("ftruncate", (errno.EIO,)),
    ("mmap", (errno.ENOMEM,)),
    ("flock", (errno.ENOLCK,)),
    ("lseek", ()),
    ("socket", _MANY),
    ("epoll_ctl", (errno.ENOSPC,)),
    ("bind", (errno.EADDRINUSE,)),
    ("sendmsg", (errno.ENOBUFS,)),
    ("send", (errno.ENOBUFS, SHORT)),
    ("recvmsg", ()),
    ("fork", (errno.EAGAIN,)),
    ("chmod", (errno.EIO,)),
    ("execve", (errno.ENOMEM,)),
    ("close", (errno.EIO,)),
    ("thread", (errno.EAGAIN,)),
    ("malloc", (errno.ENOMEM,)),
)


class Point(NamedTuple):
    """One call of a run, by its number from 0, its name, and how it fails."""

    number: int
    call: str
    fault: int

    def __str__(self) -> str:
        how = {KILL: "kill -9", SHORT: "half"}.get(self.fault) or errno.errorcode[self.fault]
        return f"call {self.number} ({self.call}): {how}"


class Board:
    """What the test and the calls of the program share."""

    def __init__(self, path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(_HEAD.size + _CALLS)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)

    def arm(self, point: Point | None) -> None:
        """Begin to count; the call at `point` fails, or none."""
        number, fault = (point.number, point.fault) if point else (-1, 0)
        self._memory[: _HEAD.size] = _HEAD.pack(number, fault, 0, 0, 0)

    def set_clock(self, seconds: int) -> None:
        """Have the clock of all programs wrong by so much."""
        self._memory[: _HEAD.size] = _HEAD.pack(-1, 0, 0, 0, seconds)

    def struck(self) -> bool:
        """Whether the call that was to fail has come."""
        return bool(_HEAD.unpack(self._memory[: _HEAD.size])[3])

    def points(self) -> list[Point]:
        """Every fault of each call since `arm`."""
        count = min(_HEAD.unpack(self._memory[: _HEAD.size])[2], _CALLS)
        calls = self._memory[_HEAD.size : _HEAD.size + count]
        return [
            Point(number, FAILURES[call][0], fault) for number, call in enumerate(calls) for fault in FAILURES[call][1]
        ]


class Run(NamedTuple):
    """How a command has ended, and what it printed."""

    status: int
    text: str


class Scenario:
    """A command in a folder with some snapshots; each run begins with the same."""

    def __init__(self, workshop: Path, board: Board, states: int, *arguments: str) -> None:
        self.arguments = arguments
        self.folder = Folder(workshop / arguments[0])
        self._board = board
        self._template = site(workshop / f"template-{arguments[0]}")
        for state in STATES[:states]:
            self._template.write("data/trees.ttl", state)
            command(self._template, "publish")
        self._template.write("data/trees.ttl", STATES[3])
        repository = SnapshotRepository(self._template.shelf)
        self.names, self.before = repository.names(), repository.current_name()

    def fresh(self) -> None:
        """The folder as it is before the command. Files of snapshots are shared: none is ever written again."""
        shutil.rmtree(self.folder.root, ignore_errors=True)
        shutil.copytree(self._template.root, self.folder.root, symlinks=True, copy_function=os.link)

    def points(self) -> list[Point]:
        """All that can fail."""
        self.fresh()
        self._board.arm(None)
        run = self.run()
        assert run.status == 0, run.text
        return self._board.points()

    def run(self) -> Run:
        """The command, counted, to its end."""
        return command(self.folder, *self.arguments, counted=True)

    def close(self) -> None:
        """Nothing is left open."""

    def wrong(self, point: Point) -> Iterator[str]:
        """What is wrong after a run with one fault."""
        self.fresh()
        self._board.arm(point)
        run = self.run()
        yield from misleading(run, point)
        yield from lost(self.folder.shelf, self.names)
        new = SnapshotRepository(self.folder.shelf).current_name() != self.before
        if run.status == 0 and not new:
            yield "status 0, and what was to become current is not"
        again = command(self.folder, "publish")
        if again.status:
            yield f"the next publication fails: {again.text}"
        if left := [path.name for path in self.folder.shelf.glob(".*") if path.name != ".lock"]:
            yield f"left behind: {left}"


class Start(Scenario):
    """A server that starts: it serves, or says in a line why it cannot."""

    def run(self) -> Run:
        """Start the server, ask it for a page, and end it."""
        with serving(self.folder) as (process, url, output):
            problem = page(url)[1] if url else ""
            return Run(terminated(process), output.read_text() + problem)

    def wrong(self, point: Point) -> Iterator[str]:
        self.fresh()
        self._board.arm(point)
        yield from misleading(self.run(), point)
        yield from lost(self.folder.shelf, self.names)


class Swap(Scenario):
    """A running server whose snapshot is replaced: it serves the old one or the new one, and in the end the new one."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.fresh()
        snapshots = map(SnapshotRepository(self.folder.shelf).open, self.names)
        self._pages = {one.name: next(one.printed(PAGE)).body.decode() for one in snapshots}
        self._stack = contextlib.ExitStack()
        self._begin()

    def _begin(self) -> None:
        self._process, self._url, self._output = self._stack.enter_context(serving(self.folder))

    def points(self) -> list[Point]:
        self._board.arm(None)
        assert not list(self._swapped())
        return self._board.points()

    def wrong(self, point: Point) -> Iterator[str]:
        self._board.arm(point)
        yield from self._swapped()
        yield from lost(self.folder.shelf, self.names)
        text = self._output.read_text()
        yield from misleading(Run(0, text), point)
        if "Traceback" in text or point.fault == KILL:
            self._stack.close()
            self._begin()

    def _swapped(self) -> Iterator[str]:
        repository = SnapshotRepository(self.folder.shelf)
        name = next(name for name in self.names if name != repository.current_name())
        repository.move_current(name)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            served, problem = page(self._url)
            if problem:
                yield problem
            if served not in self._pages.values():
                yield f"{PAGE} is of no snapshot: {served[:200]}"
            if served == self._pages[name]:
                return
            time.sleep(0.05)
        yield f"{name} is not served"

    def close(self) -> None:
        """End the server."""
        self._stack.close()


def begin(folder: Folder, *arguments: str, counted: bool) -> tuple[int, Path]:
    """The id of a process that runs a command, and where its output goes. Forked, so that it need not import."""
    output = folder.root.with_name(f"output-{folder.root.name}")
    output.unlink(missing_ok=True)
    process = os.fork()
    if process:
        return process, output
    status = 1
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.setsid()
        sys.argv = ["ekograph", "--site", str(folder.root), *arguments]
        if counted:
            os.environ["FAULTS_COUNTED"] = "1"
            ctypes.CDLL(None).faults_begin()
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does it
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os._exit(status)


def command(folder: Folder, *arguments: str, counted: bool = False) -> Run:
    """A command, to its end."""
    process, output = begin(folder, *arguments, counted=counted)
    return Run(ended(process), output.read_text())


def ended(process: int) -> int:
    """The status of a process that ends, or is ended."""
    deadline = time.monotonic() + PATIENCE
    while not (state := os.waitpid(process, os.WNOHANG))[0]:
        if time.monotonic() > deadline:
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return HUNG
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(state[1])


@contextlib.contextmanager
def serving(folder: Folder) -> Iterator[tuple[int, str, Path]]:
    """A server: its process, its address, "" when it has ended, and where its output goes."""
    process, output = begin(folder, "serve", "--port", "0", counted=True)
    deadline, url = time.monotonic() + PATIENCE, None
    while url is None and time.monotonic() < deadline:
        time.sleep(0.01)
        url = re.search(r"http://[\w.]+:\d+(?= )", output.read_text() if output.exists() else "")
        if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
    try:
        yield process, url[0] if url else "", output
    finally:
        terminated(process)


def terminated(process: int) -> int:
    """The status of a server that is told to end; 0 if that has been seen before."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(process, signal.SIGTERM)
        return ended(process)
    return 0


def page(url: str) -> tuple[str, str]:
    """Which snapshot a page is of, and what is wrong with it or with the answer to a query.

    The fault itself may cost one connection, or one query.
    """
    text, problem = _answer(url + PAGE, lost={0})
    return text, problem or _answer(url + QUERY, lost={0, 503})[1]


def _answer(url: str, lost: set[int]) -> tuple[str, str]:
    """The text of an answer and what is wrong with it, asked for twice where it was `lost`; 0: without an answer."""
    for attempt in (1, 2):
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
                return reply.read().decode(), ""
        except urllib.error.HTTPError as error:
            status, problem = error.code, f"{url}: {error.code} {error.read().decode()[:300]}"
        except (OSError, http.client.HTTPException) as error:
            status, problem = 0, f"{url}: {error!r}"
        if attempt == 2 or status not in lost:
            break
    return "", problem


def misleading(run: Run, point: Point) -> Iterator[str]:
    """What a person could not make sense of."""
    if "Traceback" in run.text or "panicked" in run.text:
        yield "a traceback: " + run.text.strip().splitlines()[-1]
    if run.status == HUNG:
        yield "does not end"
    elif run.status not in {0, 1, 2} and point.fault != KILL:
        yield f"status {run.status}: {run.text}"
    elif (
        "Traceback" not in run.text
        and run.status in {1, 2}
        and not re.search(r"^ekograph: \S+", run.text, re.MULTILINE)
    ):
        yield f"status {run.status} without a reason: {run.text}"


def lost(shelf: Path, names: Sequence[str]) -> Iterator[str]:
    """What is damaged or missing of the snapshots that there were, and of the current one."""
    repository = SnapshotRepository(shelf)
    try:
        current = repository.current()
    except SnapshotError as error:
        yield f"current is damaged: {error}"
        return
    if names and current is None:
        yield "nothing is current any more"
    for name in {*names, *repository.names()}:
        try:
            yield from damages(shelf / name, Manifest.read(shelf / name), thorough=True)
        except SnapshotError as error:
            yield str(error)
    if not set(repository.history()) <= {*repository.names()} or (names and not repository.history()):
        yield f"the history is lost: {repository.history()}"


def warm(workshop: Path) -> None:
    """Have all imported that the commands need, so that what fails is their work."""
    folder = site(workshop / "warm")
    for state in STATES[:2]:
        folder.write("data/trees.ttl", state)
        publish(load(folder.root), language="en")
    for module in ("cli.serve", "cli.publish", "cli.rollback", "cli.options", "web.server", "publish.restore"):
        import_module(f"ekograph.{module}")


#: Each scenario by its name: its kind, how many snapshots there are before, and the command.
SCENARIOS: dict[str, tuple[type[Scenario], int, str]] = {
    "first publication": (Scenario, 0, "publish"),
    "publication": (Scenario, 2, "publish"),
    "rollback": (Scenario, 2, "rollback"),
    "start": (Start, 2, "serve"),
    "swap": (Swap, 2, "serve"),
}


def tried(name: str, part: int, workshop: Path, board: Board) -> tuple[int, int]:
    """Try the points of a scenario, some `part` of them or all (0): how many they were, and how often it was wrong."""
    kind, states, argument = SCENARIOS[name]
    scenario = kind(workshop / name.replace(" ", "-"), board, states, argument)
    points = scenario.points()
    if part:
        points = random.Random(part).sample(points, min(part, len(points)))  # noqa: S311 - a repeatable choice
    struck = wrong = 0
    for point in points:
        for problem in scenario.wrong(point):
            print(f"{name}, {point}: {problem}", flush=True)
            wrong += 1
        struck += board.struck()
    scenario.close()
    print(f"{name}: {struck} points, {wrong} wrong", flush=True)
    return struck, wrong


def run(names: Sequence[str], part: int) -> int:
    """Try the points of some scenarios; returns how often something was wrong."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        board = Board(Path(os.environ["FAULTS_BOARD"]))
        warm(Path(folder))
        counts = [tried(name, part, Path(folder), board) for name in names]
    struck, wrong = (sum(numbers) for numbers in zip(*counts, strict=True))
    print(f"all: {struck} points, {wrong} wrong")
    return wrong


def compiled(folder: Path) -> Path:
    """The library of `inject.c`, made in a folder."""
    library = folder / "inject.so"
    subprocess.run(
        ["cc", "-O1", "-fPIC", "-shared", "-fno-builtin", str(SOURCE), "-o", str(library), "-ldl"], check=True
    )
    return library


def begin_with_library(arguments: Sequence[str]) -> int:
    """Run once more, with `inject.c` before the C library; its exit status."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        library, board = compiled(Path(folder)), Path(folder, "board")
        Board(board)
        environment = {**os.environ, "LD_PRELOAD": str(library), "FAULTS_BOARD": str(board), "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-m", "tests.reliability.faults", *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    if "FAULTS_BOARD" not in os.environ:
        sys.exit(begin_with_library(sys.argv[1:]))
    parser = argparse.ArgumentParser()
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS])
    parser.add_argument("--part", type=int, default=0, help="how many points of each, chosen at random; 0: all")
    options = parser.parse_args()
    sys.exit(bool(run(options.scenarios or list(SCENARIOS), options.part)))
