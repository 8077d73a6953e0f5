"""CKAN's API as its harvester calls it."""

import json

import pytest

from ekograph.web.ckan import package_search, package_show

PACKAGES = [
    {"id": str(n), "name": f"package-{n}", "title": f"Title {n}", "metadata_modified": f"2026-11-2{n}T08:00:00.000000"}
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
    ],
)
def test_packages_are_searched_page_by_page(given, ids):
    assert "".join(each["id"] for each in package_search(PACKAGES, given)["results"]) == ids


def test_the_count_is_that_of_all_pages():
    assert package_search(PACKAGES, {"rows": "1"})["count"] == 5


@pytest.mark.parametrize(("wanted", "found"), [("3", True), ("package-3", True), ("9", False), ("", False)])
def test_a_package_is_shown_by_id_or_name(wanted, found):
    assert (package_show(PACKAGES, {"id": wanted}) is not None) == found


def test_addresses_come_from_the_configuration_and_not_from_the_request(server):
    reply = server.get("/api/3/action/package_list", Host="localhost")
    assert json.loads(reply.body)["help"] == f"{server.url}/api/3/action/package_list"
