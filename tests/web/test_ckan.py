"""CKAN's API as its harvester calls it."""

import json

import pytest

from ekograph.web.api.ckan import package_search, package_show

TAGS = [["wood", "stone"], [], ["wood"], ["iron"], ["wood"]]
PACKAGES = [
    {
        "id": str(n),
        "name": f"package-{n}",
        "title": f"Title {n}",
        "metadata_modified": f"2026-11-2{n}T08:00:00.000000",
        "organization": {"name": "odd" if n % 2 else "even"},
        "tags": [{"name": name} for name in TAGS[n]],
        "resources": [{"format": "CSV"}] if n < 2 else [],
    }
    for n in range(5)
]


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({}, "01234"),
        ({"q": "*:*"}, "01234"),
        ({"rows": "2"}, "01"),
        ({"rows": "2", "start": "2"}, "23"),
        ({"rows": "100", "start": "100"}, ""),
        ({"rows": "0"}, ""),
        ({"rows": "-1", "start": "x"}, "01234"),
        ({"q": "TITLE 3"}, "3"),
        ({"q": "nothing"}, ""),
        ({"fq": "metadata_modified:[2026-11-23T00:00:00Z TO *]"}, "34"),
        ({"fq": "+state:active"}, "01234"),
        ({"fq": "organization:odd OR organization:none"}, "13"),
        ({"fq": '-organization:"odd" metadata_modified:[2026-11-22T00:00:00Z TO *]'}, "24"),
        ({"facet.field": '["tags"]', "fl": "id", "sort": "id asc", "unknown": "x"}, "01234"),
        ({"sort": "metadata_modified desc"}, "43210"),
        ({"sort": "organization desc, title desc"}, "31420"),
        ({"sort": "none asc, , x"}, "01234"),
        ({"fq": "tags:wood"}, "024"),
        ({"fq": "tags:wood tags:stone"}, "0"),
        ({"fq": "tags:(wood OR iron)"}, "0234"),
        ({"fq": '-tags:"wood"'}, "13"),
        ({"fq": "res_format:CSV +organization:even"}, "0"),
        ({"fq": "tags:* unknown:x ((("}, "0234"),
        ({"fq": "metadata_modified:[* TO 2026-11-21T09:00:00Z]"}, "01"),
    ],
)
def test_packages_are_searched_page_by_page(given, ids):
    assert "".join(each["id"] for each in package_search(PACKAGES, given)["results"]) == ids


def test_the_values_of_fields_are_counted():
    found = package_search(PACKAGES, {"facet.field": '["tags", "organization", "none"]', "fq": "organization:even"})
    assert found["facets"] == {"tags": {"wood": 3, "stone": 1}, "organization": {"even": 3}, "none": {}}
    assert found["search_facets"]["tags"]["items"][0] == {"name": "wood", "display_name": "wood", "count": 3}
    for nonsense in ("tags", '{"a": 1}', "[1]", "[" * 10):
        assert package_search(PACKAGES, {"facet.field": nonsense})["facets"] == {}


def test_who_asks_for_rows_of_tables_is_told_where_they_are(server):
    reply = server.get("/api/3/action/datastore_search?resource_id=x")
    assert (reply.status, json.loads(reply.body)["success"]) == (400, False)
    assert "CSV" in json.loads(reply.body)["error"]["message"]


def test_the_count_is_that_of_all_pages():
    assert package_search(PACKAGES, {"rows": "1"})["count"] == 5


@pytest.mark.parametrize(("wanted", "found"), [("3", True), ("package-3", True), ("9", False), ("", False)])
def test_a_package_is_shown_by_id_or_name(wanted, found):
    assert (package_show(PACKAGES, {"id": wanted}) is not None) == found


def test_addresses_come_from_the_configuration_and_not_from_the_request(server):
    reply = server.get("/api/3/action/package_list", Host="localhost")
    assert json.loads(reply.body)["help"] == f"{server.url}/api/3/action/package_list"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"q": "nowhere to be found", "rows": 5}', "application/json"),
        (b"q=nowhere+to+be+found&rows=5", "application/x-www-form-urlencoded"),
    ],
)
def test_parameters_may_come_in_a_body_as_clients_of_ckan_send_them(server, body, content_type):
    reply = server.get("/api/3/action/package_search", method="POST", data=body, Content_Type=content_type)
    assert (reply.status, json.loads(reply.body)["result"]["count"]) == (200, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"{}"])
def test_a_body_that_says_nothing_asks_for_everything(server, body):
    reply = server.get("/api/3/action/package_search", method="POST", data=body, Content_Type="application/json")
    assert (reply.status, json.loads(reply.body)["result"]["count"]) == (200, 1)


@pytest.mark.parametrize("action", ["package_list", "package_search?rows=1", "status_show"])
def test_the_api_is_there_without_its_version_too(server, action):
    versioned, plain = (json.loads(server.get(f"/api{version}/action/{action}").body) for version in ("/3", ""))
    assert versioned.pop("help") != plain.pop("help")
    assert versioned == plain
    assert plain["success"]
