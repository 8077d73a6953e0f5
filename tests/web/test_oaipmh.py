"""OAI-PMH as the protocol has it, checked by an independent reading of its answers."""

import xml.etree.ElementTree as ET

import pytest

from ekograph.web.api.oaipmh import answer

OAI = "{http://www.openarchives.org/OAI/2.0/}"
URL = "https://data.example.fi/oai"
NOW = "2026-11-24T09:00:00Z"
RECORD = {
    "identifier": "https://e.org/catalog#a&b",
    "datestamp": "2026-11-20T08:00:00Z",
    "metadata": {"oai_dc": "<dc/>", "dcat_ap": "<rdf/>"},
}
REPOSITORY = {"name": "R & D", "email": "a@e.org", "earliest": "2026-11-01T00:00:00Z", "records": [RECORD]}


def asked(query, repository=REPOSITORY):
    pairs = [tuple(each.split("=", 1)) for each in query.split("&")] if query else []
    pairs = [(name, value.replace("%26", "&")) for name, value in pairs]
    return ET.fromstring(answer(pairs, repository, URL, NOW).encode())  # noqa: S314 - our own text


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
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a", "noSetHierarchy"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListSets", "noSetHierarchy"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=none", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=none", "idDoesNotExist"),
    ],
)
def test_every_wrong_request_has_its_error(query, code):
    root = asked(query)
    assert root.find(f"{OAI}error").get("code") == code
    assert root.find(f"{OAI}error").text
    # The protocol has a request repeated, unless its verb or its arguments are none.
    repeated = dict(each.split("=") for each in query.split("&")) if code not in {"badVerb", "badArgument"} else {}
    assert root.find(f"{OAI}request").attrib == repeated


@pytest.mark.parametrize(
    "dates",
    ["", "&from=2026-11-20", "&until=2026-11-20", "&from=2026-11-20T08:00:00Z&until=2026-11-20T08:00:00Z"],
)
def test_records_are_selected_by_dates_both_ends_included(dates):
    root = asked(f"verb=ListIdentifiers&metadataPrefix=oai_dc{dates}")
    assert root.findtext(f"{OAI}ListIdentifiers/{OAI}header/{OAI}identifier") == RECORD["identifier"]


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
    assert root.findtext(f"{OAI}earliestDatestamp") == REPOSITORY["earliest"]


def test_both_formats_are_listed():
    root = asked("verb=ListMetadataFormats")
    assert [each.text for each in root.iter(f"{OAI}metadataPrefix")] == ["oai_dc", "dcat_ap"]


def test_an_empty_repository_has_no_records():
    assert (
        asked("verb=ListRecords&metadataPrefix=oai_dc", {**REPOSITORY, "records": []}).find(f"{OAI}error") is not None
    )
