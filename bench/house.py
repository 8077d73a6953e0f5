"""Measures of the code itself: how much there is, how it is cut and named, and how much of it a request enters.

Run as `python -m bench.house`, or `make house`. tests/test_house.py keeps the measures of the sources from growing.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import distribution, requires
from pathlib import Path
from statistics import median
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "ekograph"

#: Names that stand for anything, so that a reader learns nothing from them.
VAGUE = frozenset(("each", "found", "told", "begun", "wanted", "given", "say", "own"))

#: Words of one site's subject, which a core for any site has no use for; "_" and digits end a word.
SITE_WORDS = re.compile(
    r"(?<![a-z])(agreements?|priority|priorities|finland|municipality|municipalities)(?![a-z])|(?<![a-z])eko:",
    re.IGNORECASE,
)

QUERY = "SELECT ?s ?o WHERE { ?s <http://www.w3.org/2004/02/skos/core#broader> ?o } LIMIT 5"


def sources() -> list[Path]:
    """The Python files of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def lines() -> list[int]:
    """The number of lines of each file, blank ones and comments too."""
    return [len(path.read_text(encoding="utf-8").splitlines()) for path in sources()]


def importers() -> Mapping[str, set[str]]:
    """For each module that is not a package: the other modules of the package that import it."""
    modules = {_module(path): path for path in sources()}
    importing: dict[str, set[str]] = {
        name: set() for name, path in modules.items() if path.name not in {"__init__.py", "__main__.py"}
    }
    for name, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in _targets(node):
                if target in importing and target != name:
                    importing[target].add(name)
    return importing


def repeated_classes() -> list[str]:
    """The names of classes that are defined more than once."""
    names = Counter(
        node.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    return sorted(name for name, times in names.items() if times > 1)


def repeated_files() -> list[str]:
    """The names of files that stand in more than one folder."""
    names = Counter(path.name for path in sources() if path.name != "__init__.py")
    return sorted(name for name, times in names.items() if times > 1)


def files_with_site_words() -> dict[str, list[str]]:
    """The words of the site's subject in each file of the package: code, comments, templates, messages, scripts."""
    suffixes = {".py", ".html", ".json", ".js", ".css", ".svg", ".ttl", ".rq", ".txt"}
    texts = {
        str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in suffixes and "built" not in path.parts
    }
    words = {name: {match[0].lower() for match in SITE_WORDS.finditer(text)} for name, text in texts.items()}
    for name, seen in words.items():
        # There it is the priority of a process, and of a view of query results.
        if name.startswith(("engine/", "rendering/editor/")):
            seen.discard("priority")
    return {name: sorted(seen) for name, seen in words.items() if seen}


def vague_names() -> Counter[str]:
    """How often each vague name stands as an identifier."""
    names: Counter[str] = Counter()
    for path in sources():
        tokens = tokenize.tokenize(io.BytesIO(path.read_bytes()).readline)
        names.update(token.string for token in tokens if token.type == tokenize.NAME and token.string in VAGUE)
    return names


def installed_megabytes() -> dict[str, float]:
    """The size of each package that `pip install ekograph` brings, in megabytes on the disk."""
    sizes: dict[str, float] = {}
    waiting = ["ekograph"]
    while waiting:
        name = waiting.pop()
        if name in sizes:
            continue
        files = [Path(str(file.locate())) for file in distribution(name).files or ()]
        sizes[name] = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
        waiting += _required(name)
    sizes["ekograph"] = sum(path.stat().st_size for path in PACKAGE.rglob("*") if path.is_file()) / 1e6
    return sizes


def entered(requests: Iterable[bytes]) -> list[tuple[int, int]]:
    """How many functions of the package, and in how many files, a fresh server enters for each of the requests.

    Counted are those of the web process, without those that it enters when nobody asks.
    """
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        environment = {**os.environ, "EKOGRAPH_SNAPSHOTS": folder}
        subprocess.run([sys.executable, "-m", "ekograph", "publish"], cwd=ROOT, env=environment, check=True, text=True)
        command = [sys.executable, "-c", _COUNTING, str(PACKAGE), str(counts)]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                port = next(int(match[1]) for line in server.stdout or () if (match := _ADDRESS.search(line)))
                time.sleep(2)
                idle = _during(server, counts, partial(time.sleep, 2))
                functions = [_during(server, counts, partial(_asked, port, request)) for request in requests]
            finally:
                server.terminate()
    entries = [[function for function in during if function not in idle] for during in functions]
    return [(len(during), len({function.partition(":")[0] for function in during})) for during in entries]


def main() -> None:
    """Print all measures."""
    sizes, once = lines(), [name for name, by in importers().items() if len(by) == 1]
    page = b"GET /doc/agreement/lahti.ttl HTTP/1.1\r\nhost: localhost\r\n\r\n"
    query = f"GET /sparql?query={quote(QUERY)} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()
    installed = installed_megabytes()
    (page_functions, page_files), (first, first_files), (again, again_files) = entered([page, query, query])
    rows = {
        "lines of Python": sum(sizes),
        "files; median lines": f"{len(sizes)}; {median(sizes):.0f}",
        "files with one importer": len(once),
        "class names that occur twice": f"{len(repeated_classes())}: {' '.join(repeated_classes())}",
        "file names that occur twice": f"{len(repeated_files())}: {' '.join(repeated_files())}",
        "files with words of the site": f"{len(files_with_site_words())}: {' '.join(files_with_site_words())}",
        "vague identifiers": f"{vague_names().total()}: {dict(vague_names())}",
        "functions; files entered for a page": f"{page_functions}; {page_files}",
        "functions; files entered for a query, first": f"{first}; {first_files}",
        "functions; files entered for it again": f"{again}; {again_files}",
        "megabytes installed": f"{sum(installed.values()):.0f}",
        "the largest of them": ", ".join(
            f"{name} {size:.0f}" for name, size in sorted(installed.items(), key=lambda item: -item[1])[:12]
        ),
    }
    for name, value in rows.items():
        sys.stdout.write(f"{name:45} {value}\n")


_ADDRESS = re.compile(r"http://[^ ]*:(\d+)")

# The server, with a count of the functions that it enters: SIGUSR1 forgets them, SIGUSR2 writes them down.
_COUNTING = """
import json, os, signal, sys
package, counts = sys.argv[1:]
codes = {}
def profile(frame, event, argument):
    if event == "call":
        codes[frame.f_code] = None
def forget(*_):
    codes.clear()
def write(*_):
    names = [f"{c.co_filename}:{c.co_firstlineno}" for c in list(codes) if c.co_filename.startswith(package)]
    with open(counts + ".part", "w") as file:
        json.dump(names, file)
    os.rename(counts + ".part", counts)
signal.signal(signal.SIGUSR1, forget)
signal.signal(signal.SIGUSR2, write)
sys.argv = ["ekograph", "serve", "--port", "0"]
from ekograph.cli import main
sys.setprofile(profile)
main()
"""


def _during(server: subprocess.Popen[str], counts: Path, action: Callable[[], None]) -> list[str]:
    """The functions that the server enters while an action is done, as path:line."""
    server.send_signal(signal.SIGUSR1)
    time.sleep(0.05)
    action()
    time.sleep(0.05)
    server.send_signal(signal.SIGUSR2)
    while not counts.exists():
        time.sleep(0.01)
    names: list[str] = json.loads(counts.read_text())
    counts.unlink()
    return names


def _asked(port: int, request: bytes) -> None:
    """Send one request and read until its response has come."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        head, _, body = connection.recv(1 << 20).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head.decode())
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        while length and len(body) < int(length[1]):
            body += connection.recv(1 << 20)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def _targets(node: ast.AST) -> Iterator[str]:
    """The modules that a statement may import."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _required(name: str) -> list[str]:
    """What a package requires on this machine, without its extras."""
    from packaging.requirements import Requirement

    requirements = [Requirement(text) for text in requires(name) or ()]
    return [need.name for need in requirements if not need.marker or need.marker.evaluate({"extra": ""})]


if __name__ == "__main__":
    main()
