"""Older versions, over HTTP: a small site published three times."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from tests.conftest import serving
from tests.publish.conftest import DATA, site

from ekograph.config import load
from ekograph.publish.pipeline import publish

STATES = [DATA, DATA.replace('"oak"@en', '"common oak"@en'), DATA + "<tree/elm> a :Tree ; skos:prefLabel 'elm'@en ."]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The server, and the snapshots in the order of publication."""
    folder = site(tmp_path_factory.mktemp("versions") / "site")
    snapshots = []
    for state in STATES:
        folder.write("data/trees.ttl", state)
        snapshots.append(publish(load(folder.root), language="en").snapshot)
    with serving("--site", str(folder.root), "serve") as server:
        yield server, snapshots


def http(snapshot, seconds=0):
    moment = datetime.fromisoformat(snapshot.manifest.published).timestamp() + seconds
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)


def test_every_version_of_a_page_is_at_its_own_address_with_its_date(served):
    server, snapshots = served
    names = [b'"oak"@en', b'"common oak"@en', b'"oak"@en']
    for snapshot, name in zip(snapshots, names, strict=True):
        reply = server.get(f"/version/{snapshot.name}/doc/tree/oak", accept="text/turtle")
        assert (reply.status, name in reply.body) == (200, True)
        assert reply.headers["memento-datetime"] == http(snapshot)
        assert f'<{server.url}/doc/tree/oak>; rel="original timegate"' in reply.headers["link"]


def test_a_version_leads_to_those_around_it(served):
    server, (first, middle, last) = served
    for path in ("/doc/tree/oak", "/dumps/dataset.nq"):
        links = server.get(f"/version/{middle.name}{path}", accept="text/turtle").headers["link"]
        for relation, snapshot in (("first prev memento", first), ("next last memento", last)):
            target = f"<{server.url}/version/{snapshot.name}{path}>"
            assert f'{target}; rel="{relation}"; datetime="{http(snapshot)}"' in links
    assert "next" not in server.get(f"/version/{last.name}/doc/tree/oak").headers["link"]


def test_a_version_negotiates_and_has_addresses_for_each_format(served):
    server, snapshots = served
    base = f"/version/{snapshots[0].name}/doc/tree/oak"
    assert server.get(base, accept="text/html", Accept_Language="fi").headers["content-language"] == "fi"
    assert server.get(f"{base}.jsonld").headers["content-type"] == "application/ld+json"
    assert server.get(base, accept="image/png").status == 406
    assert server.get(base, accept="text/turtle", method="HEAD").body == b""


def test_a_version_leads_to_what_is_of_it_and_to_what_it_is_a_version_of(served):
    server, snapshots = served
    base = f"/version/{snapshots[0].name}"
    page = server.get(f"{base}/doc/tree/oak", accept="text/html").headers["link"]
    assert f'<{base}/doc/tree/oak.ttl>; rel="describedby"' in page
    file = server.get(f"{base}/dumps/dataset.nq").headers["link"]
    assert f'<{server.url}/dumps/dataset.nq>; rel="original"' in file
    assert f'<{base}/>; rel="collection"' in file
    assert server.get(f"{base}/", accept="text/html").status == 200


@pytest.mark.parametrize("path", ["doc/tree/oak", "doc/tree/oak.ttl", "dumps/dataset.nq"])
def test_who_has_a_page_or_file_of_a_version_does_not_get_it_again(served, path):
    server, snapshots = served
    address = f"/version/{snapshots[0].name}/{path}"
    whole = server.get(address)
    for given in ({"If_None_Match": whole.headers["etag"]}, {"If_Modified_Since": whole.headers["last-modified"]}):
        again = server.get(address, **given)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["memento-datetime"] == http(snapshots[0])


def test_dumps_of_a_version_never_change(served):
    server, snapshots = served
    reply = server.get(f"/version/{snapshots[0].name}/dumps/dataset.nq")
    assert reply.body == snapshots[0].dataset.read_bytes()
    assert "immutable" in reply.headers["cache-control"]
    patch = server.get(f"/dumps/patches/{snapshots[1].name}.rdfp")
    assert (patch.status, b"\nA " in patch.body) == (200, True)


@pytest.mark.parametrize(
    "path",
    ["/version/none/doc/tree/oak", "/version/../ekograph.toml", "/version/{0}/doc/tree/elm", "/version/{0}/dumps/x"],
)
def test_what_a_version_does_not_have_is_not_found(served, path):
    server, snapshots = served
    assert server.get(path.format(snapshots[0].name)).status == 404


@pytest.mark.parametrize("gate", ["", "/timegate"])
@pytest.mark.parametrize("page", ["/doc/tree/oak", "/doc/tree/oak.ttl", "/doc/tree/oak.fi.html", "/doc/tree/oak.html"])
@pytest.mark.parametrize("moment", [(0, -99999, 0), (0, 0, 0), (1, 0, 1), (2, 0, 2), (2, 99999, 2)])
def test_the_time_gate_leads_to_what_was_current_then(served, gate, page, moment):
    """A moment is so many seconds after a snapshot was published; the third number is that of the one expected."""
    server, snapshots = served
    which, seconds, expected = moment
    for method in ("GET", "HEAD"):
        reply = server.get(gate + page, method=method, Accept_Datetime=http(snapshots[which], seconds))
        assert (reply.status, reply.body) == (302, b"")
        assert reply.headers["location"] == f"{server.url}/version/{snapshots[expected].name}{page}"
        assert "accept-datetime" in reply.headers["vary"]
        assert f'<{server.url}/doc/tree/oak>; rel="original timegate"' in reply.headers["link"]
        assert f'<{server.url}/timemap/doc/tree/oak.link>; rel="timemap"' in reply.headers["link"]
    assert server.get(f"/version/{snapshots[expected].name}{page}").status == 200


@pytest.mark.parametrize("page", ["/doc/tree/oak", "/doc/tree/oak.ttl", "/doc/tree/oak.en.html", "/def"])
def test_caches_know_that_another_time_is_another_answer(served, page):
    server, _ = served
    whole = server.get(page)
    assert (whole.status, "Accept-Datetime" in whole.headers["vary"]) == (200, True)
    known = server.get(page, If_None_Match=whole.headers["etag"])
    assert (known.status, "Accept-Datetime" in known.headers["vary"]) == (304, True)


def test_what_has_no_older_states_is_the_same_at_any_time(served):
    server, snapshots = served
    for path in ("/", "/robots.txt", "/dumps/dataset.nq"):
        assert server.get(path, Accept_Datetime=http(snapshots[0])).status == 200
    assert server.get("/id/tree/oak", Accept_Datetime=http(snapshots[0])).status == 303
    assert server.get("/doc/tree/oak", method="POST", data=b"x", Accept_Datetime=http(snapshots[0])).status == 405


@pytest.mark.parametrize("stem", ["", "{}/timegate/"])
def test_memento_client_finds_the_state_of_a_day(served, stem):
    """It asks the time gate that it is given, since it takes none that is the page itself from a link."""
    memento_client = pytest.importorskip("memento_client", reason="memento_client is not installed")
    server, snapshots = served
    client = memento_client.MementoClient(timegate_uri=stem.format(server.url))
    for snapshot in snapshots:
        moment = datetime.fromisoformat(snapshot.manifest.published).replace(tzinfo=None)
        found = client.get_memento_info(f"{server.url}/doc/tree/oak", moment)
        assert found["original_uri"] == f"{server.url}/doc/tree/oak"
        assert found["mementos"]["closest"]["uri"] == [f"{server.url}/version/{snapshot.name}/doc/tree/oak"]
        assert found["mementos"]["closest"]["datetime"] == moment


def test_without_a_time_the_gate_leads_to_the_newest(served):
    server, snapshots = served
    assert snapshots[2].name in server.get("/timegate/doc/tree/oak").headers["location"]


def test_a_page_that_came_later_is_led_to_where_it_is(served):
    server, snapshots = served
    reply = server.get("/timegate/doc/tree/elm", Accept_Datetime=http(snapshots[0]))
    assert snapshots[2].name in reply.headers["location"]
    assert server.get("/timegate/doc/tree/none").status == 404


@pytest.mark.parametrize("given", ["yesterday", "2026-11-24", "Tue, 40 Nov 2026 08:00:00 GMT"])
def test_a_date_that_is_none_is_refused(served, given):
    server, _ = served
    assert server.get("/timegate/doc/tree/oak", Accept_Datetime=given).status == 400


def test_the_links_of_a_page_lead_to_its_gate_and_its_map(served):
    server, snapshots = served
    link = server.get("/doc/tree/oak", accept="text/turtle").headers["link"]
    assert f'<{server.url}/doc/tree/oak>; rel="original timegate"' in link
    timemap = server.get("/timemap/doc/tree/oak.link")
    assert timemap.headers["content-type"] == "application/link-format"
    for snapshot in snapshots:
        assert f"<{server.url}/version/{snapshot.name}/doc/tree/oak>" in timemap.text
