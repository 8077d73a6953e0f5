"""Real HTTP clients against a running server: which gets what it asks for. `make http-clients` writes the table.

Each reads a page, asks a query by POST, asks for a head, takes a large file, asks again on a connection, and goes away
in the middle of an answer. What is not installed is left out, and named.
"""

# The clients are programs in other languages, started by the shell, on this machine alone.
# ruff: noqa: E501, S101, S310, S602

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.servers import ours

ROOT = Path(__file__).parents[1]
PAGE, LARGE, QUERY = "/doc/agreement/lahti.ttl", "/dumps/dataset.trig", "/sparql"
OPERATIONS = ("GET", "POST", "HEAD", "large answer", "kept alive", "early close")
FORM = "query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D"

#: Programs of the command line: for each operation a command of the shell. $U is the server, $W a folder of its own.
COMMANDS: dict[str, tuple[str, ...]] = {}
for flag in ("--http1.0", "--http1.1", "--http2", "--http2-prior-knowledge"):
    curl = f"curl -sS -m 20 {flag}"
    COMMANDS[f"curl {flag}"] = (
        f"{curl} $U{PAGE}",
        f"{curl} -d '{FORM}' $U{QUERY}",
        f"{curl} -I $U{PAGE}",
        f"{curl} $U{LARGE}",
        f"{curl} $U{PAGE} && {curl} $U{PAGE} $U{PAGE}",
        f"{curl} $U{LARGE} | head -c 100",
    )
COMMANDS["wget"] = (
    f"wget -qO- $U{PAGE}",
    f"wget -qO- --post-data='{FORM}' $U{QUERY}",
    f"wget -q --spider -S $U{PAGE} 2>&1",
    f"wget -qO- $U{LARGE}",
    f"wget -qO- $U{PAGE} $U{PAGE} $U{PAGE}",
    f"wget -qO- $U{LARGE} | head -c 100",
)
COMMANDS["libwww-perl"] = (
    f"lwp-request $U{PAGE}",
    f"echo -n '{FORM}' | lwp-request -m POST -c application/x-www-form-urlencoded $U{QUERY}",
    f"lwp-request -m HEAD -e $U{PAGE}",
    f"lwp-request $U{LARGE}",
    f"lwp-request $U{PAGE} $U{PAGE} $U{PAGE}",
    f"lwp-request $U{LARGE} | head -c 100",
)
_AB = "ab -q -n 20 -c 2"
COMMANDS["ab"] = (
    f"{_AB} $U{PAGE}",
    f"{_AB} -p $W/form -T application/x-www-form-urlencoded $U{QUERY}",
    f"{_AB} -i $U{PAGE}",
    f"{_AB} $U{LARGE}",
    f"{_AB} -k $U{PAGE}",
    f"timeout -s KILL 0.2 ab -q -n 100000 -c 8 $U{LARGE}; true",
)
_WRK = "wrk -t1 -c4 -d1s"
COMMANDS["wrk"] = (
    f"{_WRK} $U{PAGE}",
    f"{_WRK} -s $W/post.lua $U{QUERY}",
    f"{_WRK} -s $W/head.lua $U{PAGE}",
    f"{_WRK} $U{LARGE}",
    f"{_WRK} $U{PAGE}",
    f"timeout -s KILL 0.2 {_WRK} $U{LARGE}; true",
)
_H2LOAD = "h2load --h1 -n 20 -c 2"
COMMANDS["h2load --h1"] = (
    f"{_H2LOAD} $U{PAGE}",
    f"{_H2LOAD} -d $W/form -H 'content-type: application/x-www-form-urlencoded' $U{QUERY}",
    "",  # it cannot ask for a head
    f"{_H2LOAD} $U{LARGE}",
    f"{_H2LOAD} $U{PAGE}",
    f"timeout -s KILL 0.2 h2load --h1 -n 100000 -c 8 $U{LARGE}; true",
)
COMMANDS["Node fetch (undici)"] = tuple(f"node $W/client.mjs $U {number}" for number in range(6))
for version in ("HTTP_2", "HTTP_1_1"):
    COMMANDS[f"Java HttpClient {version}"] = tuple(f"java $W/Client.java $U {number} {version}" for number in range(6))
COMMANDS["Go net/http"] = tuple(f"$W/client $U {number}" for number in range(6))
for library in ("requests", "httpx", "aiohttp", "urllib3"):
    COMMANDS[f"Python {library}"] = tuple(f"$P $W/client.py $U {number} {library}" for number in range(6))

NODE = """
const [, , url, operation] = process.argv;
const page = url + "%(page)s", large = url + "%(large)s";
const out = async (reply) => { if (!reply.ok) throw new Error(reply.status); process.stdout.write(Buffer.from(await reply.arrayBuffer())); };
if (operation === "0") await out(await fetch(page));
if (operation === "1") await out(await fetch(url + "/sparql", { method: "POST", body: "%(form)s",
    headers: { "content-type": "application/x-www-form-urlencoded" } }));
if (operation === "2") { const r = await fetch(page, { method: "HEAD" }); console.log("HTTP", r.status, r.headers.get("content-length")); }
if (operation === "3") await out(await fetch(large));
if (operation === "4") for (let i = 0; i < 3; i++) await out(await fetch(page));
if (operation === "5") { const r = (await fetch(large)).body.getReader(); await r.read(); await r.cancel(); }
"""
JAVA = """
import java.net.URI; import java.net.http.*; import java.net.http.HttpResponse.BodyHandlers;
public class Client { public static void main(String[] a) throws Exception {
  HttpClient c = HttpClient.newBuilder().version(HttpClient.Version.valueOf(a[2])).build();
  String page = a[0] + "%(page)s", large = a[0] + "%(large)s"; int op = Integer.parseInt(a[1]);
  HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(op == 3 || op == 5 ? large : op == 1 ? a[0] + "/sparql" : page));
  if (op == 1) b.header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString("%(form)s"));
  if (op == 2) b.method("HEAD", HttpRequest.BodyPublishers.noBody());
  if (op == 5) { var in = c.send(b.build(), BodyHandlers.ofInputStream()).body(); in.readNBytes(100); in.close(); System.exit(0); }
  for (int i = 0; i < (op == 4 ? 3 : 1); i++) {
    HttpResponse<byte[]> r = c.send(b.build(), BodyHandlers.ofByteArray());
    if (r.statusCode() != 200) throw new Exception("status " + r.statusCode());
    if (op == 2) System.out.println("HTTP " + r.statusCode()); else System.out.write(r.body()); }
  System.out.flush(); } }
"""
GO = """
package main
import ("fmt"; "io"; "net/http"; "os"; "strings")
func main() {
  url, op := os.Args[1], os.Args[2]
  page, large := url + "%(page)s", url + "%(large)s"
  times := 1; if op == "4" { times = 3 }
  for i := 0; i < times; i++ {
    var r *http.Response; var err error
    switch op {
    case "1": r, err = http.Post(url + "/sparql", "application/x-www-form-urlencoded", strings.NewReader("%(form)s"))
    case "2": r, err = http.Head(page)
    case "3", "5": r, err = http.Get(large)
    default: r, err = http.Get(page) }
    if err != nil || r.StatusCode != 200 { fmt.Fprintln(os.Stderr, err, r); os.Exit(1) }
    if op == "2" { fmt.Println("HTTP", r.StatusCode) } else if op == "5" { r.Body.Read(make([]byte, 100)) } else { io.Copy(os.Stdout, r.Body) }
    r.Body.Close() } }
"""
PYTHON = """
import asyncio, sys
url, operation, library = sys.argv[1], int(sys.argv[2]), sys.argv[3]
page, large, query, form = url + "%(page)s", url + "%(large)s", url + "/sparql", "%(form)s"
kind = {"content-type": "application/x-www-form-urlencoded"}
method, address, body = [("GET", page, None), ("POST", query, form), ("HEAD", page, None), ("GET", large, None),
                         ("GET", page, None), ("GET", large, None)][operation]
fields = kind if body else {}
out = sys.stdout.buffer

def told(status, content):
    assert status == 200, status
    out.write(b"HTTP 200" if method == "HEAD" else content)

def plain():
    if library == "requests":
        import requests
        with requests.Session() as session:
            for _ in range(3 if operation == 4 else 1):
                reply = session.request(method, address, data=body, headers=fields, stream=operation == 5)
                if operation == 5:
                    next(reply.iter_content(100)); reply.close(); return
                told(reply.status_code, reply.content)
    elif library == "httpx":
        import httpx
        with httpx.Client() as client:
            if operation == 5:
                with client.stream(method, address) as reply:
                    next(reply.iter_bytes()); return
            for _ in range(3 if operation == 4 else 1):
                reply = client.request(method, address, content=body, headers=fields); told(reply.status_code, reply.content)
    else:
        import urllib3
        pool = urllib3.PoolManager()
        for _ in range(3 if operation == 4 else 1):
            reply = pool.request(method, address, body=body, headers=fields, preload_content=operation != 5)
            if operation == 5:
                reply.read(100); reply.close(); return
            told(reply.status, reply.data)

async def later():
    import aiohttp
    async with aiohttp.ClientSession() as session:
        for _ in range(3 if operation == 4 else 1):
            async with session.request(method, address, data=body, headers=fields) as reply:
                if operation == 5:
                    await reply.content.read(100); return
                told(reply.status, await reply.read())

asyncio.run(later()) if library == "aiohttp" else plain()
"""


def outcome(number: int, command: str, done: subprocess.CompletedProcess[bytes], truth: dict[str, bytes]) -> str:
    """Whether a client has got what it asked for: "yes", or what it said."""
    text = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    failure = (text.strip().splitlines() or [f"status {done.returncode}"])[-1][:60]
    if done.returncode:
        return failure
    if re.search(r"^(?:ab|wrk|h2load)\b", command):
        bad = re.search(r"Non-2xx|Failed requests: +[1-9]|Socket errors|[1-9]\d* failed|[1-9]\d* errored", text)
        return bad[0] if bad else "yes"
    wanted = {0: truth[PAGE], 1: b"true", 2: b"", 3: truth[LARGE], 4: truth[PAGE] * 3, 5: b""}[number]
    if number == 3:
        return (
            "yes"
            if hashlib.sha256(done.stdout).digest() == hashlib.sha256(wanted).digest()
            else f"{len(done.stdout)} bytes"
        )
    if number == 2:
        return "yes" if "200" in text else failure
    return "yes" if wanted in done.stdout else failure


@contextlib.contextmanager
def workshop() -> Iterator[dict[str, str]]:
    """The variables of the commands, and the programs of the clients in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        values = {"page": PAGE, "large": LARGE, "form": FORM}
        for name, text in (("client.mjs", NODE), ("Client.java", JAVA), ("client.go", GO), ("client.py", PYTHON)):
            Path(folder, name).write_text(text % values)
        Path(folder, "form").write_text(FORM)
        form = 'wrk.method = "POST"\nwrk.headers["content-type"] = "application/x-www-form-urlencoded"\n'
        Path(folder, "post.lua").write_text(f'{form}wrk.body = "{FORM}"\n')
        Path(folder, "head.lua").write_text('wrk.method = "HEAD"\n')
        if shutil.which("go"):
            go = {**os.environ, "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}
            subprocess.run(["go", "build", "-o", f"{folder}/client", f"{folder}/client.go"], env=go, check=False)
        python = Path(folder, "python")
        subprocess.run([sys.executable, "-m", "venv", python], check=True)
        pip = [
            python / "bin/pip",
            "--disable-pip-version-check",
            "-q",
            "install",
            "requests",
            "httpx",
            "aiohttp",
            "urllib3",
        ]
        subprocess.run(pip, check=False, stderr=subprocess.DEVNULL)
        yield {**os.environ, "W": folder, "P": str(python / "bin/python")}


def main() -> None:
    """Run all of them and write the table."""
    rows: list[str] = []
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as shelf, workshop() as environment:
        publish = [sys.executable, "-m", "ekograph", "publish"]
        subprocess.run(publish, cwd=ROOT, env={**os.environ, "EKOGRAPH_SNAPSHOTS": shelf}, check=True)
        with ours(Path(shelf)) as server:
            tried(server.url, {**environment, "U": server.url}, rows, missing)
    write(rows, missing)


def tried(url: str, environment: dict[str, str], rows: list[str], missing: list[str]) -> None:
    """Run every client against the server at `url`; what came of it goes to `rows`, and who is not here to `missing`."""
    truth = {path: urllib.request.urlopen(url + path).read() for path in (PAGE, LARGE)}
    for name, commands in COMMANDS.items():
        program = {"libwww-perl": "lwp-request"}.get(name, commands[0].split()[0])
        program = program.replace("$W", environment["W"]).replace("$P", environment["P"])
        if not shutil.which(program):
            missing.append(name)
            continue
        results = []
        for number, command in enumerate(commands):
            if not command:
                results.append("—")
                continue
            done = subprocess.run(command, shell=True, env=environment, capture_output=True, timeout=60, check=False)
            result = outcome(number, command, done, truth)
            # Whatever the client has done, the next one is answered.
            assert urllib.request.urlopen(url + PAGE).status == 200
            results.append(result)
        print(name, *results, sep=" | ", flush=True)
        rows.append(f"| {name} | {' | '.join(results)} |")


def write(rows: list[str], missing: list[str]) -> None:
    """Put the table into the documentation."""
    text = (ROOT / "docs/http-clients.md").read_text()
    table = "\n".join([f"| | {' | '.join(OPERATIONS)} |", "|---|" + "---|" * len(OPERATIONS), *rows])
    text = text.partition("<!-- table -->")[0] + f"<!-- table -->\n{table}\n"
    if missing:
        text += f"\nNot to be had where this was run: {', '.join(missing)}.\n"
    (ROOT / "docs/http-clients.md").write_text(text)


if __name__ == "__main__":
    main()
