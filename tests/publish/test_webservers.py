"""The configuration that comes with an export, in real web servers: nginx and Apache choose as the server does."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.publish.conftest import STATES, site

SBIN = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"
MODULES = Path("/usr/lib/apache2/modules")

NEGOTIATIONS = [
    ("/", "text/html", "sv", 200, "text/html", "/index.sv.html"),
    ("/doc/agreement/lahti", "text/html,*/*;q=0.8", "en", 200, "text/html", "/doc/agreement/lahti.en.html"),
    ("/doc/agreement/lahti", "*/*", "", 200, "text/html", "/doc/agreement/lahti.fi.html"),
    ("/doc/agreement/lahti", "text/turtle", "", 200, "text/turtle", "/doc/agreement/lahti.ttl"),
    ("/doc/agreement/lahti", "application/ld+json", "", 200, "application/ld+json", "/doc/agreement/lahti.jsonld"),
    ("/doc/agreement/lahti.rdf", "*/*", "", 200, "application/rdf+xml", "/doc/agreement/lahti.rdf"),
    ("/catalog", "*/*", "", 200, "text/turtle", "/catalog.ttl"),
    ("/catalog", "text/html", "fi", 200, "text/html", "/catalog.fi.html"),
    ("/def", "application/rdf+xml", "", 200, "application/rdf+xml", "/def.rdf"),
    ("/.well-known/void", "*/*", "", 200, "text/turtle", "/.well-known/void.ttl"),
    ("/dumps/dataset.nq.gz", "*/*", "", 200, "application/gzip", "/dumps/dataset.nq.gz"),
    ("/linkset.json", "*/*", "", 200, "application/linkset+json", "/linkset.json"),
    ("/feed.atom", "*/*", "", 200, "application/atom+xml", "/feed.atom"),
    ("/sitemap.xml", "*/*", "", 200, "application/xml", "/sitemap.xml"),
    ("/nginx.conf", "*/*", "", 404, None, None),
    ("/.ekograph-export", "*/*", "", 404, None, None),
    ("/none", "*/*", "", 404, None, None),
]


MOVED = "<tree/yew> <http://purl.org/dc/terms/isReplacedBy> <tree/oak> ."


class _Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(_Staying, urllib.request.ProxyHandler({}))


def get(url, **headers):
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with OPENER.open(request, timeout=30) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(command, url, log):
    """The web server, from when it answers until the context ends."""
    with subprocess.Popen([str(each) for each in command]) as process:
        try:
            for _ in range(200):
                try:
                    get(url)
                    break
                except urllib.error.URLError:
                    assert process.poll() is None, log.read_text()
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()


@contextmanager
def nginx(site, folder):
    port = free_port()
    own = (site / "nginx.conf").read_text()
    own = own.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/srv/ekograph", str(site))
    with nginx_with(folder, port, own):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx_with(folder, port, servers):
    """Nginx with these blocks `server`, of which one listens on the port; all that it writes goes to `folder`."""
    program = shutil.which("nginx", path=SBIN) or pytest.skip("nginx is not installed")
    paths = " ".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if folder.owner() == "root" else ""
    log = folder / "error.log"
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {log}; events {{}}"
        f" http {{ access_log off; {paths} {servers} }}"
    )
    with running([program, "-c", folder / "nginx.conf", "-e", log], f"http://127.0.0.1:{port}", log):
        yield


@contextmanager
def apache(site, folder, directory=""):
    """Apache with the .htaccess in `site`; `directory` is the path that it is served at."""
    program = shutil.which("apache2", path=SBIN) or pytest.skip("Apache is not installed")
    port = free_port()
    names = ("mpm_event", "authz_core", "mime", "dir", "alias", "rewrite", "headers")
    modules = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in names)
    log = folder / "error.log"
    (folder / "apache.conf").write_text(
        f"ServerName localhost\nServerRoot {folder}\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\nErrorLog {log}\n"
        f"{modules}TypesConfig /dev/null\nDocumentRoot {site}\n"
        + (f"Alias {directory} {site}\n" if directory else "")
        + f"<Directory {site}>\nAllowOverride All\nRequire all granted\n</Directory>\n"
    )
    command = [program, "-D", "FOREGROUND", "-f", folder / "apache.conf"]
    with running(command, f"http://127.0.0.1:{port}", log) as url:
        yield url


@pytest.fixture(scope="module", params=[nginx, apache], ids=["nginx", "apache"])
def web_server(request, exported, tmp_path_factory):
    with request.param(exported, tmp_path_factory.mktemp("web")) as url:
        yield url


@pytest.mark.parametrize("case", NEGOTIATIONS, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_web_server_chooses_as_the_server_does(web_server, exported, case):
    path, accept, language, status, media_type, file = case
    found, headers, body = get(web_server + path, Accept=accept, Accept_Language=language)
    assert found == status
    if file:
        assert headers["Content-Type"].partition(";")[0] == media_type
        assert body == (exported / file.strip("/")).read_bytes()
        assert "Content-Encoding" not in headers
        assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("thing", ["agreement/lahti", "agreement/lahti?lang=sv", "place/%C3%A4", "a%2Bb%20c"])
def test_a_web_server_leads_from_a_thing_to_its_page(web_server, thing):
    status, headers, _ = get(f"{web_server}/id/{thing}")
    assert (status, headers["Location"]) == (303, f"{web_server}/doc/{thing}")


@pytest.mark.parametrize("server", [nginx, apache], ids=["nginx", "apache"])
def test_a_web_server_says_what_is_gone_and_leads_to_what_has_moved(server, tmp_path):
    folder = site(tmp_path / "site")
    for state in (STATES[1] + '<tree/yew> a :Tree ; skos:prefLabel "yew"@en .', STATES[0] + MOVED):
        folder.write("data/trees.ttl", state)
        assert folder.run("publish").returncode == 0
    assert folder.run("export", tmp_path / "export", "--public-url", "https://trees.example").returncode == 0
    (tmp_path / "web").mkdir()
    with server(tmp_path / "export", tmp_path / "web") as url:
        assert [get(f"{url}/doc/tree/elm{form}")[0] for form in ("", ".ttl", ".en.html")] == [410, 410, 410]
        status, headers, _ = get(f"{url}/doc/tree/yew.ttl")
        assert (status, headers["Location"]) == (301, f"{url}/doc/tree/oak.ttl")
        assert get(f"{url}/doc/tree/oak")[0] == 200


@pytest.fixture(scope="module")
def w3id(tmp_path_factory):
    """The folder of the persistent IRIs as w3id.org has it: below the name of the site."""
    with apache(ROOT / "deploy/w3id", tmp_path_factory.mktemp("w3id"), "/ekograph") as url:
        yield f"{url}/ekograph"


@pytest.mark.parametrize(
    "path", ["", "id/agreement/lahti", "def", "sparql?query=ASK%7B%7D", "id/place/%C3%A4", "id/a%2Bb%20c?lang=sv"]
)
def test_a_persistent_iri_leads_to_the_site_as_it_stands(w3id, path):
    status, headers, _ = get(f"{w3id}/{path}")
    assert (status, headers["Location"]) == (302, f"https://data.example.fi/{path}")
