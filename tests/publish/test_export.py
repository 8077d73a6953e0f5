"""The static export: what the server gives, as files."""

import re
from urllib.parse import quote, unquote

import pytest
from tests.conftest import ekograph
from tests.publish.conftest import DATA

from ekograph.cli.export import export, without_server
from ekograph.config import load
from ekograph.publish.pipeline import publish
from ekograph.snapshots.repository import SnapshotRepository


@pytest.mark.long
def test_every_file_has_the_bytes_that_the_server_gives_at_its_address(exported, server):
    own = {"nginx.conf", ".htaccess", ".ekograph-export"}
    files = [path for path in exported.rglob("*") if path.is_file() and path.name not in own]
    assert len(files) > 1400
    kinds = ("index.fi.html", "doc/agreement/lahti.ttl", "dumps/all.zip", "catalog.rdf", "feed.atom", "ldes.jsonld")
    version = next((exported / "version").iterdir())
    for each in (*kinds, "linkset.json", "sitemap.xml", "robots.txt", ".well-known/void.nt", "timemap/def.link"):
        assert exported / each in files
        assert version / each in files
    for path in files:
        reply = server.get("/" + quote(path.relative_to(exported).as_posix()))
        assert reply.status == 200, path
        assert (without_server(reply.body) if path.suffix == ".html" else reply.body) == path.read_bytes(), path


def test_every_printed_answer_is_among_the_files(exported, shelf):
    snapshot = SnapshotRepository(shelf).current()
    for printed in snapshot.printed():
        name = unquote(printed.address.strip("/"))
        if re.match(r"(sparql|search|browse|check)\b.*\.(html|md)$", name):
            assert not (exported / name).exists()
            continue
        assert (exported / name).is_file(), name
        assert (exported / f"version/{snapshot.name}/{name}").is_file(), name
    for name in snapshot.manifest.files:
        assert (exported / name).is_file() == name.startswith("dumps/")


def test_no_page_leads_to_what_only_the_server_answers(exported):
    for path in exported.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r'<form|(href|action)="/(sparql|search|browse|check)[./?]', page), path


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


def test_every_kept_version_is_exported_as_it_was(folder):
    first = publish(load(folder.root), language="en").snapshot
    folder.write("data/trees.ttl", DATA.replace('"oak"@en', '"common oak"@en'))
    second = publish(load(folder.root), language="en").snapshot
    target = folder.root / "out"
    export(second, [first, second], target, "https://e.org")
    for snapshot, name in ((first, b'"oak"@en'), (second, b'"common oak"@en')):
        page = (target / f"version/{snapshot.name}/doc/tree/oak.ttl").read_bytes()
        assert name in page
        dump = target / f"version/{snapshot.name}/dumps/dataset.nq"
        assert dump.read_bytes() == snapshot.dataset.read_bytes()
    assert (target / "doc/tree/oak.ttl").read_bytes() == page


def test_a_large_site_is_exported_with_the_pages_of_its_things(folder):
    printed = publish(load(folder.root), language="en").snapshot
    export(printed, (), folder.root / "printed", "https://e.org")
    large = publish(load(folder.root, snapshots=str(folder.root / "large")), language="en", large_from=1).snapshot
    export(large, (), folder.root / "made", "https://e.org")
    for name in ("doc/tree/oak.ttl", "doc/tree/hardwood.jsonld", "doc/tree/oak.nq"):
        assert (folder.root / "made" / name).read_bytes() == (folder.root / "printed" / name).read_bytes()
    assert (folder.root / "made/doc/tree/oak.en.html").is_file()
