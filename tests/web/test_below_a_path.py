"""A site below a path of a host, behind a proxy that passes the path on or takes it off."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from urllib.parse import quote, urljoin, urlsplit

import pytest
from tests.conftest import ROOT, Server

URL = "https://host.example/data"
LINK = re.compile(r'\s(?:href|src|action)="([^"#]+)')


@pytest.fixture(scope="module")
def below(shelf):
    """The server that a proxy asks; it says the address of the proxy, and listens on another."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "EKOGRAPH_SNAPSHOTS": str(shelf), "EKOGRAPH_PUBLIC_URL": f"{URL}/"}
    command = [sys.executable, "-m", "ekograph", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert URL in next(line for line in process.stdout if "https://" in line)
            yield Server(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()


def get(server, path: str, accept: str = "text/html", **fields: str):
    return server.get(path, accept, Host="host.example", **fields)


def targets(page: str, text: str) -> set[str]:
    """Where the links of a page lead that stay on the host."""
    urls = {urljoin(f"https://host.example{page}", link) for link in LINK.findall(text)}
    return {url for url in urls if urlsplit(url).netloc == "host.example"}


def test_every_link_that_a_visitor_can_follow_leads_to_an_answer_below_the_path(below):
    waiting, seen = ["/data/", "/data/search?q=Turku", "/data/nowhere"], set()
    while waiting and len(seen) < 120:
        page = waiting.pop(0)
        if page in seen:
            continue
        seen.add(page)
        reply = get(below, page)
        assert reply.status == (404 if page == "/data/nowhere" else 303 if reply.status == 303 else 200), page
        if reply.status == 303:
            assert reply.headers["location"].startswith("/data/"), page
            waiting.append(reply.headers["location"])
        elif reply.headers["content-type"].startswith("text/html"):
            links = targets(page, reply.text)
            assert all(urlsplit(url).path.startswith("/data") for url in links), page
            waiting += sorted({urlsplit(url).path for url in links} - seen)[:40]
    assert len(seen) == 120


@pytest.mark.parametrize("path", ["/doc/agreement/lahti", "/static-less", "/catalog", "/sparql", "/id/agreement/lahti"])
def test_a_proxy_may_have_taken_the_path_off(below, path):
    whole, stripped = get(below, f"/data{path}"), get(below, path)
    assert (whole.status, whole.headers.get("location")) == (stripped.status, stripped.headers.get("location"))
    assert whole.body.replace(f"/data{path}".encode(), path.encode()) == stripped.body.replace(
        f"/data{path}".encode(), path.encode()
    )


def test_redirects_and_links_of_the_header_stay_below_the_path(below):
    assert get(below, "/data/id/agreement/lahti").headers["location"] == "/data/doc/agreement/lahti"
    reply = get(below, "/data/doc/agreement/lahti", "text/turtle")
    assert reply.headers["content-location"] == "/data/doc/agreement/lahti.ttl"
    for target in re.findall(r"<(/[^>]*)>", reply.headers["link"]):
        assert target.startswith("/data/")
        assert get(below, target).status == 200
    gate = get(below, "/data/catalog", Accept_Datetime="Tue, 24 Nov 2026 08:00:00 GMT")
    assert (gate.status, gate.headers["location"].startswith(f"{URL}/version/")) == (302, True)


def test_documents_for_programs_name_the_address_with_its_path(below):
    assert f"<{URL}/sparql>" in get(below, "/data/sparql", "text/turtle").text
    assert json.loads(get(below, "/data/openapi.json").body)["servers"] == [{"url": URL}]
    assert f"{URL}/dumps/dataset.nt" in get(below, "/data/catalog", "text/turtle").text
    assert f"<baseURL>{URL}/oai</baseURL>" in get(below, "/data/oai?verb=Identify").text
    found = json.loads(get(below, "/data/search.json?q=Lahti").body)["results"]
    assert found
    assert all(get(below, hit["address"]).status == 200 for hit in found)
    assert all(hit["address"].startswith("/data/") for hit in found)
    refused = json.loads(get(below, "/data/doc/agreement/lahti", "image/png").body)
    assert all(get(below, offer["href"]).status == 200 for offer in refused["available"])


def test_a_query_is_answered_in_a_page_whose_links_stay_below_the_path(below):
    query = quote("SELECT ?s { ?s a <https://w3id.org/ekograph/def#Agreement> } LIMIT 3")
    page = f"/data/sparql?query={query}"
    reply = get(below, page)
    assert reply.headers["content-type"].startswith("text/html")
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert all(urlsplit(url).path.startswith("/data/") for url in targets(page, reply.text))


def test_scripts_and_styles_ask_below_the_path(below):
    text = get(below, "/data/sparql").text
    scripts = [path for path in re.findall(r'src="([^"]+\.js)"', text) if "sparql" in path]
    assert scripts
    for path in scripts:
        assert 'fetch("/data/sparql"' in get(below, path).text
