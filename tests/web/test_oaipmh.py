"""OAI-PMH as the protocol has it, checked by an independent reading of its answers."""

import xml.etree.ElementTree as ET

import pytest

from ekograph.web.api.oaipmh import PAGE, Repository, answer

OAI = "{http://www.openarchives.org/OAI/2.0/}"
URL = "https://data.example.fi/oai"
NOW = "2026-11-24T09:00:00Z"
RECORD = {
    "identifier": "https://e.org/catalog#a&b",
    "datestamp": "2026-11-20T08:00:00Z",
    "sets": ["class:A"],
    "oai_dc": "<dc/>",
    "dcat_ap": "/catalog.rdf",
}
GONE = {"identifier": "urn:gone", "datestamp": "2026-11-20T07:00:00Z", "sets": ["class:B"], "deleted": True}
PRINTED = {
    "name": "R & D",
    "earliest": "2026-11-01T00:00:00Z",
    "sets": {"class:A": "A & a", "class:B": "B"},
    "records": [GONE, RECORD],
}


def repository(printed=PRINTED):
    return Repository(printed, URL, "a@e.org", {"/catalog.rdf": b'<?xml version="1.0"?>\n<rdf/>'}.get)


def asked(query, printed=PRINTED):
    pairs = [tuple(each.split("=", 1)) for each in query.split("&")] if query else []
    pairs = [(name, value.replace("%26", "&")) for name, value in pairs]
    return ET.fromstring(answer(pairs, repository(printed), NOW).encode())  # noqa: S314 - our own text


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Nonsense", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-13-45", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=x&><a=1", "badArgument"),
        ("verb=Identify&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-01&until=2026-11-02T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-03&until=2026-11-02", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-21", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=2026-11-19", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=rdf&set=class:A", "noRecordsMatch"),
        ("verb=GetRecord&metadataPrefix=rdf&identifier=https://e.org/catalog#a%26b", "cannotDisseminateFormat"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=W10-", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=none", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=none", "idDoesNotExist"),
    ],
)
def test_every_wrong_request_has_its_error(query, code):
    root = asked(query)
    assert root.find(f"{OAI}error").get("code") == code
    assert root.find(f"{OAI}error").text
    # The protocol has a request repeated, unless its verb or its arguments are none.
    repeated = (
        dict(each.replace("%26", "&").split("=", 1) for each in query.split("&"))
        if code not in {"badVerb", "badArgument"}
        else {}
    )
    assert root.find(f"{OAI}request").attrib == repeated


@pytest.mark.parametrize(
    "dates",
    ["", "&from=2026-11-20", "&until=2026-11-20", "&from=2026-11-20T08:00:00Z&until=2026-11-20T08:00:00Z"],
)
def test_records_are_selected_by_dates_both_ends_included(dates):
    root = asked(f"verb=ListIdentifiers&metadataPrefix=oai_dc{dates}")
    assert RECORD["identifier"] in {each.text for each in root.iter(f"{OAI}identifier")}


@pytest.mark.parametrize(("prefix", "name"), [("oai_dc", "dc"), ("dcat_ap", "rdf")])
def test_a_record_is_given_in_the_format_asked_for(prefix, name):
    root = asked(f"verb=GetRecord&metadataPrefix={prefix}&identifier=https://e.org/catalog#a%26b")
    assert root.find(f"{OAI}GetRecord/{OAI}record/{OAI}metadata")[0].tag == f"{OAI}{name}"
    assert root.find(f"{OAI}request").get("identifier") == RECORD["identifier"]


def test_the_repository_tells_who_it_is():
    root = asked("verb=Identify").find(f"{OAI}Identify")
    assert root.findtext(f"{OAI}repositoryName") == "R & D"
    assert root.findtext(f"{OAI}baseURL") == URL
    assert root.findtext(f"{OAI}protocolVersion") == "2.0"
    assert root.findtext(f"{OAI}adminEmail") == "a@e.org"
    assert root.findtext(f"{OAI}deletedRecord") == "persistent"
    assert root.findtext(f"{OAI}earliestDatestamp") == PRINTED["earliest"]


@pytest.mark.parametrize(
    ("identifier", "names"),
    [("", ["oai_dc", "rdf", "dcat_ap"]), ("&identifier=https://e.org/catalog#a%26b", ["oai_dc", "dcat_ap"])],
)
def test_the_formats_of_all_and_of_one_are_listed(identifier, names):
    root = asked(f"verb=ListMetadataFormats{identifier}")
    assert [each.text for each in root.iter(f"{OAI}metadataPrefix")] == names


def test_the_sets_are_listed_and_select():
    assert [each.text for each in asked("verb=ListSets").iter(f"{OAI}setSpec")] == ["class:A", "class:B"]
    listed = asked("verb=ListIdentifiers&metadataPrefix=oai_dc&set=class:A")
    assert [each.text for each in listed.iter(f"{OAI}identifier")] == [RECORD["identifier"]]


def test_a_record_of_what_is_gone_says_so_in_every_format():
    for prefix in ("oai_dc", "rdf", "dcat_ap"):
        (record, *_) = asked(f"verb=ListRecords&metadataPrefix={prefix}").iter(f"{OAI}record")
        assert record.find(f"{OAI}header").get("status") == "deleted"
        assert record.find(f"{OAI}metadata") is None


def test_a_long_list_is_read_page_by_page_whatever_is_published_meanwhile():
    def record(number, minute=0):
        moment = f"2026-11-20T08:{minute:02}:00Z"
        return {"identifier": f"urn:{number:03}", "datestamp": moment, "sets": [], "oai_dc": "<dc/>"}

    records = [record(number) for number in range(2 * PAGE + 50)]
    query, seen, cursors = "verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-11-20", [], []
    while query:
        root = asked(query, {**PRINTED, "records": records})
        seen += [each.text for each in root.iter(f"{OAI}identifier")]
        token = root.find(f"{OAI}ListIdentifiers/{OAI}resumptionToken")
        cursors.append((token.get("cursor"), token.get("completeListSize")))
        # One that was read already and one that was not are changed: they come at the end.
        records = sorted(
            [*records[1:150], *records[151:], record(0, 1), record(150, 1)][: len(records)],
            key=lambda each: (each["datestamp"], each["identifier"]),
        )
        query = token.text and f"verb=ListIdentifiers&resumptionToken={token.text}"
    assert set(seen) == {f"urn:{number:03}" for number in range(2 * PAGE + 50)}
    assert [cursor for cursor, _ in cursors] == ["0", "100", "200"]


def test_an_empty_repository_has_no_records():
    assert asked("verb=ListRecords&metadataPrefix=oai_dc", {**PRINTED, "records": []}).find(f"{OAI}error") is not None
