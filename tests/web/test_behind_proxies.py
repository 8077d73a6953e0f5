"""The proxies of docs/operating.md, as they stand there, in front of a real server: nginx and Apache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import quote, urljoin, urlsplit

import pytest
from tests.conftest import ROOT
from tests.publish.test_webservers import MODULES, SBIN, free_port, get, nginx_with, running

PAGE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
GONE = ["/none", "/doc/place/%C3%A4", "/doc/a%2Fb"]
PATHS = ["/", "/doc/place/imatra", "/id/place/imatra", "/sparql?query=ASK%7B%7D", *GONE]


def example(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return text


@contextmanager
def upstream(shelf, port, public_url):
    """The server behind the proxy."""
    settings = {
        "EKOGRAPH_SNAPSHOTS": str(shelf),
        "EKOGRAPH_PUBLIC_URL": public_url,
        "EKOGRAPH_ALLOWED_HOSTS": "127.0.0.1",
        "EKOGRAPH_TRUSTED_PROXY": "127.0.0.1",
    }
    command = [sys.executable, "-m", "ekograph", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            next(line for line in server.stdout if "http://" in line)
            yield
        finally:
            server.terminate()


@contextmanager
def nginx(folder, port, text):
    with nginx_with(folder, port, f"server {{ listen 127.0.0.1:{port}; {text} }}"):
        yield


@contextmanager
def apache(folder, port, text):
    program = shutil.which("apache2", path=SBIN) or pytest.skip("Apache is not installed")
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in ("mpm_event", "proxy", "proxy_http")]
    modules.append(f"LoadModule authz_core_module {MODULES}/mod_authz_core.so")
    log = folder / "error.log"
    lines = ["ServerName localhost", f"ServerRoot {folder}", f"Listen 127.0.0.1:{port}", f"PidFile {folder}/pid"]
    (folder / "apache.conf").write_text("\n".join([*lines, f"ErrorLog {log}", *modules, text]))
    command = [program, "-D", "FOREGROUND", "-f", folder / "apache.conf"]
    with running(command, f"http://127.0.0.1:{port}", log):
        yield


@pytest.fixture(scope="module", params=["nginx", "nginx below a path", "apache"])
def proxied(request, shelf, tmp_path_factory):
    """The address of the site at the proxy."""
    port, behind = free_port(), free_port()
    path = "/data" if "path" in request.param else ""
    program, language = (apache, "apache") if request.param == "apache" else (nginx, "nginx")
    text = example(language).replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    text = text.replace("location / {", "location /data/ {") if path else text
    folder = tmp_path_factory.mktemp("proxy")
    public_url = f"http://127.0.0.1:{port}{path}"
    with upstream(shelf, behind, public_url), program(folder, port, text):
        yield public_url


@pytest.mark.parametrize("path", PATHS)
def test_a_page_behind_a_proxy_names_only_addresses_of_the_proxy(proxied, path):
    status, headers, body = get(proxied + path, Accept="text/html")
    assert status == (303 if path.startswith("/id/") else 404 if path in GONE else 200)
    if status == 303:
        assert get(urljoin(proxied, headers["Location"]), Accept="text/html")[0] == 200
    for link in re.findall(rb'\shref="(/[^"/][^"]*)"', body):
        assert link.decode().startswith(urlsplit(proxied).path)
    assert b"127.0.0.1:8000" not in body


def test_a_long_answer_comes_whole(proxied):
    query = "SELECT * { ?s ?p ?o . ?x ?y ?z } LIMIT 20000"
    status, _, body = get(f"{proxied}/sparql?query={quote(query)}", Accept="text/csv")
    assert (status, len(body.splitlines())) == (200, 20_001)
