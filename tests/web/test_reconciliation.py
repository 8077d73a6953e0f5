"""The Reconciliation API: lists of others matched to the things of the site, and columns added to them."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DEF = "https://w3id.org/ekograph/def#"
DCTERMS = "http://purl.org/dc/terms/"
SKOS = "http://www.w3.org/2004/02/skos/core#"


def reconciled(server, **queries):
    """The candidates for each query."""
    answer = json.loads(server.get(f"/reconcile?lang=fi&{urlencode({'queries': json.dumps(queries)})}").body)
    return {key: answer[key]["result"] for key in queries}


def test_a_value_of_a_property_tells_which_of_several_is_meant(server):
    kind = f"{DEF}Priority"
    alike = {"query": "kiertotalous", "type": kind}
    found = reconciled(
        server,
        none=alike,
        name={**alike, "properties": [{"pid": "inScheme", "v": "Turku"}]},
        entity={**alike, "properties": [{"pid": f"{SKOS}inScheme", "v": {"id": "id/agreement/turku"}}]},
        code={**alike, "properties": [{"pid": "notation", "v": ["TURKU.3.1", "x"]}]},
        other={**alike, "properties": [{"pid": "inScheme", "v": "Oulu"}]},
    )
    assert found["none"][0]["id"] == "id/priority/lahti/kiertotalous"
    for key in ("name", "entity", "code"):
        assert found[key][0]["id"] == "id/priority/turku/kiertotalous", key
        assert {"id": "properties", "name": "properties", "value": 100.0} in found[key][0]["features"]
    assert all(item["score"] < 100 and not item["match"] for item in found["other"])


def test_another_type_scores_less_and_is_no_match(server):
    found = reconciled(
        server, place={"query": "Imatra"}, person={"query": "Imatra", "type": [f"{DEF}ContactPoint", "x"]}
    )
    assert (found["place"][0]["score"], found["place"][0]["match"]) == (100, True)
    assert all(item["score"] < 100 and not item["match"] for item in found["person"])


def test_columns_are_added_by_what_is_said_of_things(server):
    asked = {
        "ids": ["id/agreement/lappeenranta", "id/priority/lahti/kiertotalous", "id/nothing"],
        "properties": [
            {"id": f"{DCTERMS}spatial"},
            {"id": f"{DCTERMS}spatial", "settings": {"content": "id", "limit": "1"}},
            {"id": f"{DCTERMS}issued"},
            {"id": f"{DEF}displayOrder"},
            {"id": f"{SKOS}prefLabel"},
        ],
    }
    answer = json.loads(server.get(f"/reconcile?lang=sv&extend={quote(json.dumps(asked))}").body)
    assert [item["name"] for item in answer["meta"]] == ["område", "område", "utfärdad", "ordningsnummer", "namn"]
    agreement = answer["rows"]["id/agreement/lappeenranta"]
    assert agreement[f"{DCTERMS}spatial"] == [{"str": "id/place/imatra"}]
    assert agreement[f"{DCTERMS}issued"] == [{"date": "2021-02-09T00:00:00Z"}]
    priority = answer["rows"]["id/priority/lahti/kiertotalous"]
    assert priority[f"{DEF}displayOrder"] == [{"int": 1}]
    assert priority[f"{SKOS}prefLabel"] == [{"str": "Koldioxidneutral cirkulär ekonomi"}]
    assert set(map(tuple, answer["rows"]["id/nothing"].values())) == {()}


def test_properties_are_proposed_for_a_type_and_all_three_are_suggested_with_what_they_are(server):
    proposed = json.loads(server.get(f"/reconcile/properties?lang=en&type={quote(f'{DEF}ContactPoint')}").body)
    names = {item["name"] for item in proposed["properties"]}
    assert {"telephone", "job title"} & names
    for kind, prefix, name in (
        ("entity", "Imat", "Imatra"),
        ("type", "prio", "priority"),
        ("property", "subj", "subject"),
    ):
        found = json.loads(server.get(f"/reconcile/suggest/{kind}?lang=en&prefix={prefix}").body)["result"]
        assert name in {item["name"] for item in found}
        shown = json.loads(server.get(f"/reconcile/flyout/{kind}?lang=en&id={quote(found[0]['id'], safe='')}").body)
        assert shown["id"] == found[0]["id"]
        assert f"<strong>{found[0]['name']}</strong>" in shown["html"]


def test_a_preview_may_stand_in_a_frame_of_others_and_a_view_leads_to_the_page(server):
    manifest = json.loads(server.get("/reconcile").body)
    assert manifest["preview"]["width"] > 0 < manifest["preview"]["height"]
    path = manifest["preview"]["url"].replace("{{id}}", "id%2Fplace%2Fimatra").removeprefix(server.url)
    reply = server.get(path)
    assert "Imatra" in reply.text
    assert "frame-ancestors" not in reply.headers["content-security-policy"]
    view = server.get(manifest["view"]["url"].replace("{{id}}", "id%2Fplace%2Fimatra").removeprefix(server.url))
    assert (view.status, view.headers["location"]) == (303, f"{server.url}/doc/place/imatra")


def test_conditions_of_the_draft_are_answered_as_queries(server):
    conditions = [
        {"matchType": "name", "propertyValue": "kiertotalous"},
        {"matchType": "property", "propertyId": "inScheme", "propertyValue": "Turku"},
    ]
    body = json.dumps({"queries": [{"type": f"{DEF}Priority", "conditions": conditions}]}).encode()
    reply = server.get("/reconcile/match", method="POST", data=body, Content_Type="application/json")
    assert json.loads(reply.body)["results"][0]["candidates"][0]["id"] == "id/priority/turku/kiertotalous"


def test_fifty_queries_are_answered_and_more_are_refused(server):
    assert len(reconciled(server, **{f"q{number}": {"query": "Lahti"} for number in range(50)})) == 50
    queries = json.dumps({f"q{number}": {"query": "Lahti"} for number in range(51)})
    assert server.get(f"/reconcile?{urlencode({'queries': queries})}").status == 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
QUERY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("query", "type", "limit", "properties", "ids", "conditions", "queries"), ANYTHING)
)


@settings(max_examples=60, deadline=None)
@given(ANYTHING | QUERY | st.dictionaries(st.text(max_size=4), QUERY, max_size=3))
def test_any_json_is_answered_or_refused_in_words(server, document):
    text = json.dumps(document)
    for path in ("queries", "extend"):
        reply = server.get(f"/reconcile?{urlencode({path: text})}")
        assert reply.status in {200, 400}, text
    reply = server.get("/reconcile/match", method="POST", data=text.encode(), Content_Type="application/json")
    assert reply.status in {200, 400}, text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_searched_for_or_refused_in_words(server, data):
    for path in (
        "/search.json?q=",
        "/search.fi.html?q=",
        "/reconcile/suggest/entity?prefix=",
        "/reconcile/flyout/type?id=",
    ):
        assert server.get(path + quote(data)).status in {200, 400}, data


def test_the_best_match_of_a_name_or_an_identifier_has_the_full_score_and_others_have_less(server):
    base = "https://w3id.org/ekograph/"
    texts = {"q0": "Lahti", "q1": "LPR.1.2", "q2": f"{base}id/place/turku", "q3": "Lahdessa", "q4": "040 574 8930"}
    queries = json.dumps({key: {"query": text} for key, text in texts.items()})
    answer = json.loads(server.get(f"/reconcile?{urlencode({'queries': queries})}").body)
    best = {key: answer[key]["result"][0] for key in texts}
    assert best["q0"]["id"] == "id/place/lahti"
    assert best["q2"]["id"] == "id/place/turku"
    assert [(best[key]["score"], best[key]["match"]) for key in ("q0", "q1", "q2", "q4")] == [(100, True)] * 4
    assert not best["q3"]["match"]
    assert best["q3"]["score"] < 100


def test_the_reconciliation_service_says_what_it_is(server):
    manifest = json.loads(server.get("/reconcile").body)
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == "https://w3id.org/ekograph/"
    view = manifest["view"]["url"].replace("{{id}}", "id/place/imatra").removeprefix(server.url)
    assert server.get(view).status == 303


def test_lists_of_others_are_matched_to_priorities(server):
    queries = {
        "q0": {"query": "Vihreä sähköistäminen", "type": "https://w3id.org/ekograph/def#Priority", "limit": 3},
        "q1": {"query": "kiertotaloutta", "type": "https://w3id.org/ekograph/def#Priority"},
        "q2": {"query": "ei mitään tällaista olekaan xyzzy", "type": "https://w3id.org/ekograph/def#Agreement"},
    }
    body = urlencode({"queries": json.dumps(queries)}).encode()
    answer = json.loads(server.get("/reconcile?lang=fi", method="POST", data=body).body)
    best = answer["q0"]["result"][0]
    assert best["id"] == "id/priority/lappeenranta/vihrea-sahkoistaminen"
    assert best["match"]
    assert len(answer["q0"]["result"]) <= 3
    assert not any(each["match"] for each in answer["q1"]["result"])
    assert all(0 <= each["score"] <= 100 for key in answer for each in answer[key]["result"])


@pytest.mark.parametrize("queries", ["nonsense", "[]", '{"q0": 1}', '{"q0": {"query": 7}}'])
def test_queries_that_cannot_be_read_are_refused_in_words(server, queries):
    reply = server.get(f"/reconcile?{urlencode({'queries': queries})}")
    assert reply.status == 400
    assert json.loads(reply.body)["title"]


def test_candidates_are_suggested_while_typing(server):
    answer = json.loads(server.get("/reconcile/suggest/entity?prefix=Laakso").body)
    assert answer["result"][0]["name"] == "Hanna Laaksonen"
