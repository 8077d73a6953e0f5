"""What is told of the versions of a dataset: the stream, the patches and the feed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse
from tests.publish.conftest import SETTINGS, STATES, body, site

from ekograph import urls
from ekograph.config import load
from ekograph.publish.history import changelog, ldes
from ekograph.publish.pipeline import publish
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.urls import PUBLIC_URL

TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"
GENERATED = NamedNode("http://www.w3.org/ns/prov#generatedAtTime")
VERSION_OF = NamedNode("http://purl.org/dc/terms/isVersionOf")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
ACTIVITY = "https://www.w3.org/ns/activitystreams#"


def union(quads):
    """The triples, canonical."""
    dataset = Dataset(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def quads_of(snapshot):
    return list(parse(path=snapshot.dataset, format=RdfFormat.N_QUADS))


def test_a_state_that_comes_back_is_a_version_of_its_own(published):
    names = [each.name for each in published]
    assert len(set(names)) == 4
    assert names[2] == f"{names[0]}-2"
    assert [each.manifest.previous for each in published] == [None, *names[:3]]
    times = [each.manifest.published for each in published]
    assert times == sorted(set(times))


@pytest.mark.parametrize("last", range(len(STATES)))
def test_replaying_the_stream_gives_the_current_graph(published, last):
    assert union(replayed(published[last])) == union(quads_of(published[last]))


def replayed(snapshot):
    """The quads that a consumer of the stream ends with: the newest version of each thing, said of the thing."""
    quads = [quad for page in pages(snapshot) for quad in parse(body(snapshot, f"{page}.nt"), RdfFormat.N_TRIPLES)]
    members = {quad.subject: quad.object for quad in quads if quad.predicate == VERSION_OF}
    times = {quad.subject: quad.object.value for quad in quads if quad.predicate == GENERATED}
    newest = {}
    for member in sorted(members, key=times.__getitem__):
        newest[members[member]] = member
    return [each for thing, member in newest.items() for each in restored(thing, member, quads)]


def pages(snapshot):
    """The addresses of the pages of the stream."""
    return list(dict.fromkeys(each.page for each in snapshot.printed() if each.page.startswith("/ldes/")))


def restored(thing, member, quads):
    pending, found, seen = [member], [], set()
    while pending:
        node = pending.pop()
        for quad in (each for each in quads if each.subject == node and node not in seen):
            added = quad.predicate in {VERSION_OF, GENERATED} or str(quad.object).startswith(f"<{ACTIVITY}")
            if not (node == member and added):
                found.append(Quad(thing if node == member else node, quad.predicate, quad.object))
            if isinstance(quad.object, BlankNode):
                pending.append(quad.object)
        seen.add(node)
    return found


def test_a_thing_that_is_gone_is_a_member_that_says_so(published):
    deleted = f"{ACTIVITY}Delete"
    (page,) = pages(published[2])
    lines = body(published[2], f"{page}.nt").decode().splitlines()
    gone = {line.split()[0] for line in lines if deleted in line}
    about = [line.split()[2] for line in lines if line.split()[0] in gone and "isVersionOf" in line]
    assert about == ["<https://example.org/id/tree/elm>"]


def test_the_stream_grows_at_its_end_alone(published):
    (page,) = pages(published[1])
    before, after = (body(each, f"{page}.nt").decode().splitlines() for each in published[1:3])
    assert set(before) < set(after)


def test_a_full_page_never_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(ldes, "MEMBERS", 2)
    folder = site(tmp_path / "site")
    first = publish(load(folder.root), language="en").snapshot
    folder.write("data/trees.ttl", STATES[1])
    second = publish(load(folder.root), language="en").snapshot
    full = sorted(urls.ldes_page_is_full(pages(first)))
    assert full == pages(first)[:-1]
    assert full
    for page in full:
        assert body(first, f"{page}.ttl") == body(second, f"{page}.ttl")


def test_a_stream_that_begins_anew_has_other_pages(tmp_path):
    """So nobody takes a page that was kept as immutable for one of the new stream."""
    folder = site(tmp_path / "site")
    before = pages(publish(load(folder.root), language="en").snapshot)
    folder.write("suppressed.txt", "oak")
    after = pages(publish(load(folder.root), language="en").snapshot)
    assert before
    assert after
    assert not set(before) & set(after)


def test_the_root_leads_to_every_page(published):
    lines = body(published[3], "/ldes.nt").decode().splitlines()
    linked = {line.split()[2] for line in lines if "tree#node" in line}
    assert linked == {f"<{PUBLIC_URL}{page}>" for page in pages(published[3])}


@pytest.mark.parametrize("last", range(len(STATES)))
def test_the_patches_in_a_row_lead_from_nothing_to_the_dataset(published, last):
    state = set()
    previous = None
    for snapshot in published[: last + 1]:
        patch = (published[last].path / f"dumps/patches/{snapshot.name}.rdfp").read_text()
        head = {line.split()[1]: line.split()[2] for line in patch.splitlines() if line.startswith("H")}
        assert head.get("prev") == previous
        previous = head["id"]
        for line in patch.splitlines():
            if line[:2] in {"A ", "D "}:
                (quad,) = parse(line[2:], RdfFormat.N_QUADS)
                assert (quad in state) == (line[0] == "D")
                (state.add if line[0] == "A" else state.remove)(quad)
    wanted, found = Dataset(quads_of(published[last])), Dataset(state)
    for each in (wanted, found):
        each.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert wanted == found


def test_a_new_print_of_the_same_dataset_adds_nothing(tmp_path):
    folder = site(tmp_path / "site")
    first = publish(load(folder.root), language="en").snapshot
    folder.write("shapes/more.ttl", (folder.root / "shapes/trees.ttl").read_text().replace("T01", "T02"))
    second = publish(load(folder.root), language="en").snapshot
    assert first.name != second.name
    for address in ("/feed.atom", "/ldes.nt", f"{pages(first)[0]}.nt", "/sitemap.xml"):
        assert body(first, address) == body(second, address)
    assert [name for name in second.manifest.files if "patches" in name] == [f"dumps/patches/{first.name}.rdfp"]


def test_the_chronicle_begins_anew_when_the_snapshot_before_is_damaged(tmp_path):
    folder = site(tmp_path / "site")
    first = publish(load(folder.root), language="en").snapshot
    (first.path / "dataset.nq").write_bytes(b"")
    second = publish(load(folder.root), language="en").snapshot
    assert second.name == first.name
    assert SnapshotRepository(folder.shelf).current().manifest.previous is None


def test_the_feed_tells_the_newest_changes_first_and_the_first_version_once(published):
    feed = ET.fromstring(body(published[3], "/feed.atom"))  # noqa: S314 - our own file
    entries = feed.findall(f"{ATOM}entry")
    titles = [each.findtext(f"{ATOM}title") for each in entries]
    assert titles == [
        "hardwood: changed",
        "ash: new",
        "oak: changed",
        "elm: removed",
        "oak: changed",
        "First published, with 16 triples",
    ]
    assert len({each.findtext(f"{ATOM}id") for each in entries}) == len(entries)
    (gone,) = feed.iter(f"{TOMBSTONE}deleted-entry")
    assert gone.get("when") == published[2].manifest.published
    assert feed.findtext(f"{ATOM}updated") == published[3].manifest.published


def test_the_page_of_changes_tells_them_in_words_version_by_version_with_a_name_for_people(tmp_path):
    folder = site(tmp_path / "site")
    first = publish(load(folder.root), language="en").snapshot
    folder.write("data/trees.ttl", STATES[0].replace('"oak"@en', '"common oak"@en'))
    second = publish(load(folder.root), language="en").snapshot
    names = list(changelog.dated(changelog.read(second).versions).values())
    number = 2 if names[0][:10] == names[1][:10] else 1
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", body(second, "/changes.en.html").decode()))
    assert "label changed from “oak” to “common oak”" in page
    assert f"The first published version: {first.manifest.triples} statements" in page
    assert re.search(rf"\d+ \w+ \d{{4}}, no\. {number} .*{second.name}", page)
    assert folder.run("rollback").returncode == 0
    back = SnapshotRepository(folder.shelf).current()
    assert "“common oak” to “oak”" in body(back, "/changes.en.html").decode()


def test_the_entries_of_a_feed_stay_as_they_were(published):
    def entries(snapshot):
        feed = ET.fromstring(body(snapshot, "/feed.atom"))  # noqa: S314 - our own file
        gone = {each.get("ref") for each in feed.iter(f"{TOMBSTONE}deleted-entry")}
        return gone, {each.findtext(f"{ATOM}id"): each.findtext(f"{ATOM}updated") for each in feed.iter(f"{ATOM}entry")}

    _, before = entries(published[1])
    gone, after = entries(published[3])
    assert len(gone) == 1
    assert gone <= before.keys()
    assert {name: updated for name, updated in before.items() if name not in gone}.items() <= after.items()


def test_a_rollback_is_a_version_that_takes_back_what_was_changed(tmp_path):
    folder = site(tmp_path / "site")
    first = publish(load(folder.root), language="en").snapshot
    folder.write("data/trees.ttl", STATES[1])
    second = publish(load(folder.root), language="en").snapshot
    assert folder.run("rollback").returncode == 0
    shelf = SnapshotRepository(folder.shelf)
    back = shelf.current()
    assert (back.manifest.digest, back.manifest.previous) == (first.manifest.digest, second.name)
    assert union(replayed(back)) == union(quads_of(first))
    (page,) = pages(back)
    assert set(body(second, f"{page}.nt").splitlines()) < set(body(back, f"{page}.nt").splitlines())
    assert body(back, "/doc/tree/oak.en.html") == body(first, "/doc/tree/oak.en.html")
    titles = [each.text for each in ET.fromstring(body(back, "/feed.atom")).iter(f"{ATOM}title")]  # noqa: S314
    assert {"elm: removed", "oak: changed"} <= set(titles)
    assert f"dumps/patches/{back.name}.rdfp" in back.manifest.files
    times = [each.manifest.published for each in (first, second, back)]
    assert times == sorted(set(times))
    # What is gone back to is not gone back to again.
    assert folder.run("rollback").returncode == 2
    folder.write("data/trees.ttl", STATES[3])
    after = publish(load(folder.root), language="en").snapshot
    assert union(replayed(after)) == union(quads_of(after))


def test_a_rollback_that_cannot_be_told_at_once_is_told_by_the_next_publication(tmp_path):
    folder = site(tmp_path / "site")
    first = publish(load(folder.root), language="en").snapshot
    folder.write("data/trees.ttl", STATES[1])
    second = publish(load(folder.root), language="en").snapshot
    (page,) = pages(second)
    before = set(body(second, f"{page}.nt").splitlines())
    folder.write("theme/hooks.py", "raise ValueError")
    folder.write("ekograph.toml", f'{SETTINGS}theme = "theme"\n')
    done = folder.run("rollback")
    assert (done.returncode, "next publication" in done.stderr) == (0, True)
    assert SnapshotRepository(folder.shelf).current_name() == first.name
    folder.write("ekograph.toml", SETTINGS)
    folder.write("data/trees.ttl", STATES[3])
    after = publish(load(folder.root), language="en").snapshot
    assert before < set(body(after, f"{page}.nt").splitlines())
    assert union(replayed(after)) == union(quads_of(after))


def test_a_full_page_of_the_stream_has_both_ends_and_can_be_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(ldes, "MEMBERS", 2)
    snapshot = publish(load(site(tmp_path / "site").root), language="en").snapshot
    lines = body(snapshot, "/ldes.nt").decode()
    assert lines.count("tree#GreaterThanOrEqualToRelation") == len(pages(snapshot))
    assert lines.count("tree#LessThanOrEqualToRelation") >= len(urls.ldes_page_is_full(pages(snapshot)))
