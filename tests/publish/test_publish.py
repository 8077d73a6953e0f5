"""`ekograph publish` and `ekograph rollback`, as they are run from a shell."""

import ctypes
import gzip
import hashlib
import resource
import subprocess

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from tests.publish.conftest import DATA, site

from ekograph.rdf import formats
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Snapshot

# From <linux/prctl.h> and <linux/capability.h>.
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1

NARROWER = "<http://www.w3.org/2004/02/skos/core#narrower>"


def published(folder) -> Snapshot:
    done = folder.run("publish")
    assert done.returncode == 0, done.stdout + done.stderr
    return SnapshotRepository(folder.shelf).current()


def test_publishing_says_what_it_made_in_one_line(folder):
    done = folder.run("publish")
    name = SnapshotRepository(folder.shelf).current_name()
    assert done.returncode == 0
    assert done.stdout.startswith(f"published {name}: 16 triples in ")
    assert done.stdout.count("\n") == 1


def test_the_first_publication_says_once_what_the_site_lacks(folder):
    done = folder.run("publish")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["no folder queries/", "no catalogue"]
    folder.write("data/more.ttl", "<https://example.org/id/x> <https://example.org/def#p> 1 .")
    done = folder.run("publish")
    assert (done.returncode, done.stderr) == (0, "")


def test_publishing_the_same_again_changes_nothing_and_says_so(folder):
    folder.run("publish")
    before = {path: path.stat().st_mtime_ns for path in folder.shelf.rglob("*")}
    done = folder.run("publish", "--lang", "fi")
    assert done.returncode == 0
    assert "on jo julkaistu" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in folder.shelf.rglob("*")} == before


def test_a_change_of_the_data_the_shapes_or_the_settings_makes_another_snapshot(folder):
    names = [published(folder).name]
    folder.write("data/trees.ttl", DATA + "<tree/elm> a :Tree ; skos:prefLabel 'elm'@en .")
    names.append(published(folder).name)
    folder.write("shapes/more.ttl", (folder.root / "shapes/trees.ttl").read_text().replace("T01", "T02"))
    names.append(published(folder).name)
    folder.write("ekograph.toml", 'base = "https://example.org/"\nlanguages = ["fi"]\n')
    names.append(published(folder).name)
    assert len(set(names)) == 4
    assert SnapshotRepository(folder.shelf).history() == names


def test_a_comment_or_another_order_of_the_lines_makes_no_new_snapshot(folder):
    before = published(folder).name
    lines = DATA.strip().split("\n")
    folder.write("data/trees.ttl", "\n".join(["# Trees.", *lines[:2], lines[3], lines[2]]))
    assert published(folder).name == before


def test_what_does_not_conform_is_told_and_the_last_good_snapshot_stays(folder):
    before = published(folder).name
    folder.write("data/trees.ttl", DATA + "<tree/elm> a :Tree .")
    done = folder.run("publish")
    assert done.returncode == 1
    assert "data/trees.ttl:6:1: [T01]" in done.stdout
    assert "Give the tree a name." in done.stdout
    assert "last good snapshot stays" in done.stderr
    assert SnapshotRepository(folder.shelf).current_name() == before


def test_the_inverse_links_of_skos_are_added_in_a_graph_of_their_own(folder):
    lines = published(folder).dataset.read_text().splitlines()
    added = [line for line in lines if "graph/derived" in line]
    hardwood, oak = "<https://example.org/id/tree/hardwood>", "<https://example.org/id/tree/oak>"
    assert added == [f"{hardwood} {NARROWER} {oak} <https://example.org/graph/derived> ."]


def test_the_dataset_is_sorted_canonical_n_quads_and_its_digest_is_in_the_name(folder):
    snapshot = published(folder)
    content = snapshot.dataset.read_bytes()
    assert hashlib.sha256(content).hexdigest() == snapshot.manifest.digest
    assert snapshot.name == f"{snapshot.manifest.digest[:16]}-{snapshot.manifest.edition[:8]}"
    lines = content.decode().splitlines()
    assert lines == sorted(lines)
    assert "_:c14n0" in content.decode()


def test_every_dump_holds_the_dataset_and_the_checksums_fit(folder):
    dumps = published(folder).path / "dumps"
    given = list(parse((dumps / "dataset.nq").read_bytes(), RdfFormat.N_QUADS))
    for form in formats.RDF:
        body = (dumps / f"dataset.{form.suffix}").read_bytes()
        assert gzip.decompress((dumps / f"dataset.{form.suffix}.gz").read_bytes()) == body
        read = Dataset(parse(body, RdfFormat.from_media_type(form.media_type)))
        # Most readers of JSON-LD take one graph.
        graphs = form.carries == "dataset" and form is not formats.JSON_LD
        wanted = Dataset(given if graphs else (Quad(*each.triple) for each in given))
        for each in (read, wanted):
            each.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        assert read == wanted, form.name
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=dumps, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.count(b": OK") == 15


def test_every_thing_document_and_graph_is_printed_in_every_format_and_language(folder):
    pages: dict[str, list[str]] = {}
    for each in published(folder).printed():
        pages.setdefault(each.page, []).append(each.address)
    things = ["/doc/tree/hardwood", "/doc/tree/oak", "/def", "/shapes", "/graph/trees", "/graph/derived"]
    ends = ["en.html", "fi.html", "ttl", "trig", "nt", "nq", "jsonld", "rdf"]
    assert {page: pages[page] for page in things} == {page: [f"{page}.{end}" for end in ends] for page in things}
    assert pages["/"] == ["/index.en.html", "/index.fi.html"]


def test_the_vocabulary_is_described_whole_and_alone(folder):
    body = next(each.body for each in published(folder).printed() if each.address == "/def.nt")
    subjects = {line.split()[0] for line in body.decode().splitlines()}
    assert subjects == {"<https://example.org/def>", "<https://example.org/def#Tree>"}


def test_a_page_names_one_canonical_address_in_its_head_and_its_links(folder):
    page = next(each for each in published(folder).printed() if each.address == "/doc/tree/oak.en.html")
    address = "http://public-url.invalid/doc/tree/oak.en.html"
    assert page.links[0] == f'<{address}>; rel="canonical"'
    assert f'<link rel="canonical" href="{address}">' in page.body.decode()


def test_the_links_of_a_page_name_the_thing_and_its_types(folder):
    oak = next(each for each in published(folder).printed() if each.address == "/doc/tree/oak.ttl")
    assert oak.links == (
        '<http://public-url.invalid/doc/tree/oak>; rel="canonical"',
        '<https://example.org/id/tree/oak>; rel="cite-as"',
        '</doc/tree/oak.ttl>; rel="describedby"; type="text/turtle"',
        '<https://schema.org/AboutPage>; rel="type"',
        '<http://www.w3.org/2004/02/skos/core#Concept>; rel="type"',
        '<https://example.org/def#Tree>; rel="type"',
        '</>; rel="collection"; type="text/html"',
        '</doc/tree/oak?_profile=alt>; rel="alternate"; profile="http://www.w3.org/ns/dx/connegp/altr"',
        '<http://public-url.invalid/doc/tree/oak>; rel="original timegate"',
        '<http://public-url.invalid/timemap/doc/tree/oak.link>; rel="timemap"; type="application/link-format"',
    )


def test_the_same_sources_give_the_same_bytes_whatever_the_machine(tmp_path):
    digests = []
    for seed in (0, 1, 2):
        folder = site(tmp_path / f"site{seed}")
        # Another order of files in the folder: they are written in reverse.
        for name in ("b", "a") if seed else ("a", "b"):
            folder.write(f"data/{name}.ttl", f"<https://example.org/id/{name}> <https://example.org/def#p> [] .")
        done = folder.run("publish", PYTHONHASHSEED=str(seed), TZ=f"UTC{seed}")
        assert done.returncode == 0, done.stdout + done.stderr
        files = SnapshotRepository(folder.shelf).current().manifest.files
        digests.append({name: sha for name, (sha, _) in files.items() if name.startswith("dumps/")})
    assert digests[0] == digests[1] == digests[2]


def test_rolling_back_and_publishing_again(folder):
    first = published(folder).name
    folder.write("data/more.ttl", "<https://example.org/id/x> <https://example.org/def#p> 1 .")
    second = published(folder).name
    done = folder.run("rollback")
    assert (done.returncode, done.stdout.split(",")[0]) == (0, f"back to {first}")
    assert SnapshotRepository(folder.shelf).current_name() == f"{first}-2"
    assert published(folder).name == f"{second}-2"


def test_rolling_back_without_a_snapshot_before_is_refused(folder):
    done = folder.run("rollback")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "ekograph publish" in done.stderr
    name = published(folder).name
    done = folder.run("rollback", "--lang", "sv")
    assert (done.returncode, done.stderr) == (2, f"ekograph: före {name} finns ingen version att gå tillbaka till\n")


def test_only_as_many_snapshots_are_kept_as_the_settings_say(folder):
    for number in range(4):
        folder.write("data/n.ttl", f"<https://example.org/id/n> <https://example.org/def#p> {number} .")
        assert folder.run("publish", EKOGRAPH_KEEP="2").returncode == 0
    assert len([each for each in folder.shelf.iterdir() if each.is_dir() and not each.is_symlink()]) == 2


def _small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def _is_refused(folder, done, *words):
    before = SnapshotRepository(folder.shelf).current_name()
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("ekograph: ")
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert SnapshotRepository(folder.shelf).current_name() == before


def test_a_disk_that_takes_no_more_is_one_line_and_leaves_no_draft(folder):
    before = published(folder).name
    folder.write("data/n.ttl", "<https://example.org/id/n> <https://example.org/def#p> 1 .")
    done = folder.run("publish", before=_small_files)
    _is_refused(folder, done, str(folder.shelf), "make room")
    assert sorted(each.name for each in folder.shelf.iterdir()) == sorted([".lock", before, "current", "history.json"])


def test_a_shelf_that_is_no_folder_is_one_line(folder):
    folder.write("snapshots", b"")
    done = folder.run("publish")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert str(folder.shelf) in done.stderr


def test_a_shelf_without_permission_is_one_line(folder):
    folder.shelf.mkdir(mode=0o500)
    _is_refused(folder, folder.run("publish", before=_bound_by_permissions), str(folder.shelf))


def _bound_by_permissions() -> None:
    """Let the program started next write only where it may, root or not: without CAP_DAC_OVERRIDE (capabilities(7))."""
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


def test_a_missing_data_folder_is_one_line(folder):
    (folder.root / "data/trees.ttl").unlink()
    (folder.root / "data").rmdir()
    _is_refused(folder, folder.run("publish"), "data")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"<a> <b> ", b"a:b a:c a:d ."])
def test_a_file_that_cannot_be_read_is_told_with_its_line(folder, content):
    before = published(folder).name
    folder.write("data/broken.ttl", content)
    done = folder.run("publish")
    assert done.returncode == 1
    assert "data/broken.ttl:1:" in done.stdout
    assert SnapshotRepository(folder.shelf).current_name() == before
