"""What a query costs by the way its client asks: connections kept or not, GET or POST, and libraries of Python.

    .venv/bin/python -m bench.clients [--seconds 2]

Each of the twelve queries is asked of ekograph and of the oxigraph server in turn, always with another comment at its
end. Prints the geometric means of CPU and of answers a second, theirs to ours, and the query that loses most.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from bench import commands, stores
from bench.load import Asked, Load, cpu_seconds, load
from bench.run import publish
from bench.servers import ROOT, Server, ours
from bench.sparql import ACCEPT, CONNECTIONS, QUERIES

#: By name: whether connections are kept, and the media type of the body; none: the query is in the URL.
WAYS = {
    "GET, kept": (True, ""),
    "GET, each": (False, ""),
    "POST, kept": (True, "application/sparql-query"),
    "POST, each": (False, "application/sparql-query"),
}

#: One query after the other for so many seconds, in a process of its own: each prints how many.
LIBRARIES = {
    "urllib": "from urllib.request import Request, urlopen\n"
    "ask = lambda text: urlopen(Request(f'{url}?query={quote(text)}', headers={'accept': accept})).read()",
    "requests": "import requests\n"
    "ask = lambda text: requests.get(url, params={'query': text}, headers={'accept': accept}).content",
    "requests, session": "import requests\nsession = requests.Session()\n"
    "ask = lambda text: session.post(url, data={'query': text}, headers={'accept': accept}).content",
    "httpx": "import httpx\nclient = httpx.Client()\n"
    "ask = lambda text: client.get(url, params={'query': text}, headers={'accept': accept}).content",
    "SPARQLWrapper, POST": "from SPARQLWrapper import JSON, POST, SPARQLWrapper\n"
    "store = SPARQLWrapper(url)\nstore.setReturnFormat(JSON)\nstore.setMethod(POST)\n"
    "def ask(text):\n    store.setQuery(text)\n    return store.query().response.read()",
    "rdflib": "from rdflib.plugins.stores.sparqlstore import SPARQLStore\n"
    "store = SPARQLStore(url, method='POST')\nask = lambda text: list(store.query(text))",
}

_PROGRAM = """
import sys, time
from urllib.parse import quote
url, seconds, accept = sys.argv[1], float(sys.argv[2]), "application/sparql-results+json"
query = sys.stdin.read()
{ask}
count, until = 0, time.monotonic() + seconds
while time.monotonic() < until:
    count += 1
    ask(f"{{query}}\\n#{{time.time_ns()}}")
print(count)
"""


def main() -> None:
    """Measure, and print a line for each way to ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each query is asked in each way")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        publish(ROOT, folder / "shelf")
        commands.published(folder / "shelf", folder / "real.nt")
        mine = stack.enter_context(ours(folder / "shelf"))
        theirs = stack.enter_context(stores.oxigraph_memory(folder / "real.nt"))
        for way in WAYS:
            print(_line(way, lambda server, query, way=way: _asked(server, way, query, folder, seconds), mine, theirs))
        for library, ask in LIBRARIES.items():
            print(_line(library, lambda server, query, ask=ask: _library(server, ask, query, seconds), mine, theirs))


def _line(way: str, measured: Callable[[Server, str], Load], mine: Server, theirs: Server) -> str:
    """What a way costs beside the other server: the geometric means, and the query that loses most."""
    names = QUERIES if way in WAYS else ("label", "ancestors")
    loads = {name: (measured(mine, name), measured(theirs, name)) for name in names}
    economy = {name: theirs.cpu / mine.cpu for name, (mine, theirs) in loads.items()}
    rate = math.exp(sum(math.log(mine.rate / theirs.rate) for mine, theirs in loads.values()) / len(loads))
    mean = math.exp(sum(map(math.log, economy.values())) / len(economy))
    worst = min(economy, key=economy.__getitem__)
    return json.dumps({"way": way, "CPU": round(mean, 2), "rate": round(rate, 2), worst: round(economy[worst], 2)})


def _url(server: Server) -> str:
    return f"{server.url}/sparql" if server.name == "ekograph" else server.url


def _asked(server: Server, way: str, name: str, folder: Path, seconds: float) -> Load:
    kept, media_type = WAYS[way]
    headers = {"accept": ACCEPT.get(name, "application/sparql-results+json")}
    url, body = _url(server), None
    if media_type:
        headers["content-type"], body = media_type, folder / f"{name}.rq"
        body.write_text(QUERIES[name], encoding="utf-8")
    else:
        url += f"?query={quote(QUERIES[name])}"
    start = time.time_ns() // 1_000_000 % 10_000_000 * 1_000_000
    return load(Asked(url, headers, CONNECTIONS, start, body, kept), server.pids, seconds)


def _library(server: Server, ask: str, name: str, seconds: float) -> Load:
    pids = server.pids
    before = cpu_seconds(pids)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(ask=ask), _url(server), str(seconds)],
        input=QUERIES[name],
        capture_output=True,
        text=True,
        check=True,
    )
    count = int(done.stdout)
    return Load(count / seconds, (cpu_seconds(pids) - before) / count, 0.0, 0)


if __name__ == "__main__":
    main()
