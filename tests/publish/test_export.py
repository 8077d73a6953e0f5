"""The static export: what the server gives, as files."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest
from tests.conftest import ekograph

from ekograph.shelf import Shelf


@pytest.fixture(scope="module")
def exported(shelf, server, tmp_path_factory):
    """The real site, exported as if it were served where the server is."""
    folder = tmp_path_factory.mktemp("export") / "site"
    done = ekograph("export", str(folder), "--public-url", server.url, EKOGRAPH_SNAPSHOTS=str(shelf))
    assert done.returncode == 0, done.stderr
    return folder


def test_every_file_has_the_bytes_that_the_server_gives_at_its_address(exported, server):
    own = {"nginx.conf", ".htaccess", ".ekograph-export"}
    files = [path for path in exported.rglob("*") if path.is_file() and path.name not in own]
    assert len(files) > 700
    for path in files:
        reply = server.get("/" + quote(path.relative_to(exported).as_posix()))
        assert reply.status == 200, path
        assert reply.body == path.read_bytes(), path


def test_every_printed_answer_is_among_the_files(exported, shelf):
    snapshot = Shelf(shelf).current()
    for printed in snapshot.printed():
        assert (exported / printed.address.strip("/")).is_file(), printed.address
    for name in snapshot.manifest.files:
        assert (exported / name).is_file() == name.startswith("dumps/")


def test_exporting_again_replaces_the_folder(exported, shelf, server):
    (exported / "stray.html").write_text("old")
    done = ekograph("export", str(exported), "--public-url", server.url, EKOGRAPH_SNAPSHOTS=str(shelf))
    assert done.returncode == 0
    assert not (exported / "stray.html").exists()
    assert [each.name for each in exported.parent.iterdir()] == ["site"]


def test_a_folder_with_other_files_is_left_alone(shelf, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    done = ekograph("export", str(tmp_path), "--public-url", "https://e.org", EKOGRAPH_SNAPSHOTS=str(shelf))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("arguments", "word"), [((), "--public-url"), (("--public-url", "https://e.org"), "ekograph publish")]
)
def test_what_is_missing_is_said_in_one_line(tmp_path, arguments, word):
    done = ekograph("export", str(tmp_path / "out"), *arguments, EKOGRAPH_SNAPSHOTS=str(tmp_path / "none"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert word in done.stderr
    assert not (tmp_path / "out").exists()


NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

NEGOTIATIONS = [
    ("/", "text/html", "sv", 200, "text/html", "/index.sv.html"),
    ("/doc/agreement/lahti", "text/html,*/*;q=0.8", "en", 200, "text/html", "/doc/agreement/lahti.en.html"),
    ("/doc/agreement/lahti", "*/*", "", 200, "text/html", "/doc/agreement/lahti.fi.html"),
    ("/doc/agreement/lahti", "text/turtle", "", 200, "text/turtle", "/doc/agreement/lahti.ttl"),
    ("/doc/agreement/lahti", "application/ld+json", "", 200, "application/ld+json", "/doc/agreement/lahti.jsonld"),
    ("/doc/agreement/lahti.rdf", "*/*", "", 200, "application/rdf+xml", "/doc/agreement/lahti.rdf"),
    ("/catalog", "*/*", "", 200, "text/turtle", "/catalog.ttl"),
    ("/catalog", "text/html", "fi", 200, "text/html", "/catalog.fi.html"),
    ("/.well-known/void", "*/*", "", 200, "text/turtle", "/.well-known/void.ttl"),
    ("/dumps/dataset.nq.gz", "*/*", "", 200, "application/gzip", "/dumps/dataset.nq.gz"),
    ("/linkset.json", "*/*", "", 200, "application/linkset+json", "/linkset.json"),
    ("/feed.atom", "*/*", "", 200, "application/atom+xml", "/feed.atom"),
    ("/nginx.conf", "*/*", "", 404, None, None),
    ("/none", "*/*", "", 404, None, None),
]


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


@pytest.fixture(scope="module")
def nginx(exported, tmp_path_factory, free_port):
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    site = (exported / "nginx.conf").read_text()
    site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port};").replace("/srv/ekograph", str(exported))
    (folder / "site.conf").write_text(site)
    paths = " ".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if folder.owner() == "root" else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f" http {{ access_log off; {paths} include {folder}/site.conf; }}"
    )
    url = f"http://127.0.0.1:{free_port}"
    with subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-e", f"{folder}/error.log"]) as process:
        for _ in range(100):
            try:
                get(url)
                break
            except urllib.error.URLError:
                assert process.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield url
        process.terminate()


@pytest.fixture(scope="module")
def free_port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize("case", NEGOTIATIONS, ids=lambda case: f"{case[0]} {case[1]}")
def test_nginx_chooses_as_the_server_does(nginx, exported, case):
    path, accept, language, status, media_type, file = case
    found, headers, body = get(nginx + path, Accept=accept, Accept_Language=language)
    assert found == status
    if file:
        assert headers["Content-Type"].partition(";")[0] == media_type
        assert body == (exported / file.strip("/")).read_bytes()
        assert "Content-Encoding" not in headers


def test_nginx_leads_from_a_thing_to_its_page(nginx):
    status, headers, _ = get(f"{nginx}/id/agreement/lahti")
    assert (status, headers["Location"]) == (303, f"{nginx}/doc/agreement/lahti")
