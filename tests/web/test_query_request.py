"""Whatever bytes a request holds, it is read as a query or refused with a reason."""

from __future__ import annotations

import asyncio
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.web.contract import Request
from ekograph.web.http.parameters import FORM
from ekograph.web.http.problems import ProblemError, texts
from ekograph.web.sparql.request import QUERY, ProtocolQuery, in_body, in_url

LIMIT = 4096


def asked(
    method: str = "GET", query_string: bytes = b"", body: bytes = b"", headers: dict | None = None
) -> ProtocolQuery | int:
    """What a request is read as, or the status of the refusal; its texts are complete."""

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    request = Request({"method": method, "query_string": query_string, "headers": fields, "raw_path": b"/sparql"})
    request.receive_from(receive)
    try:
        return in_url(query_string) if method == "GET" else asyncio.run(in_body(request, LIMIT))
    except ProblemError as error:
        problem = error.problem
    assert all("".join(texts(problem, language)).strip() for language in ("fi", "sv", "en"))
    return problem.status


@given(
    st.lists(
        st.sampled_from([b"%", b"%3D", b"%0A", b"=", b"+", b"a", b"F", b"0", b"g", b"%C3%A4", b"_", b"."]), max_size=30
    )
)
def test_a_query_alone_is_decoded_as_a_form_is(parts):
    alone = b"query=" + b"".join(parts)
    assert asked(query_string=alone) == asked(query_string=alone + b"&other=")


@given(st.binary(max_size=300))
def test_any_query_string_is_read_or_refused(query_string):
    assert isinstance(asked(query_string=query_string), ProtocolQuery) or asked(query_string=query_string) in {400, 403}


@given(
    st.binary(max_size=300),
    st.sampled_from([FORM, QUERY]),
    st.sampled_from(["", "; charset=utf-8", "; charset=latin1"]),
)
def test_any_body_is_read_or_refused(body, media_type, charset):
    outcome = asked("POST", body=body, headers={"content-type": media_type + charset})
    assert isinstance(outcome, ProtocolQuery) or outcome in {400, 403, 415}


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60))
def test_any_content_type_is_read_or_refused(content_type):
    outcome = asked("POST", body=b"ASK {}", headers={"content-type": content_type})
    assert isinstance(outcome, ProtocolQuery) or outcome in {400, 403, 415}


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_every_text_comes_through_unchanged(text):
    encoded = b"query=" + quote_plus(text).encode()
    assert asked(query_string=encoded).text == text
    assert asked("POST", body=encoded, headers={"content-type": FORM}).text == text
    assert asked("POST", body=text.encode(), headers={"content-type": QUERY}).text == text


@given(st.lists(st.text("abc:/é", min_size=1), max_size=4), st.lists(st.text("abc:/é", min_size=1), max_size=4))
def test_graphs_are_those_of_the_url_and_of_the_form(default, named):
    parts = [f"default-graph-uri={quote_plus(each)}" for each in default]
    parts += [f"named-graph-uri={quote_plus(each)}" for each in named]
    encoded = "&".join(["query=ASK", *parts]).encode()
    for outcome in (asked(query_string=encoded), asked("POST", body=encoded, headers={"content-type": FORM})):
        assert (outcome.default_graphs, outcome.named_graphs) == (tuple(default), tuple(named))


CLIENTS = [
    ("192.0.2.7", "", "", "192.0.2.7"),
    ("::ffff:192.0.2.7", "", "", "192.0.2.7"),
    ("2001:db8:1:2:3:4:5:6", "", "", "2001:db8:1:2::/64"),
    ("192.0.2.7", "", "198.51.100.1", "192.0.2.7"),
    ("192.0.2.7", "192.0.2.7", "198.51.100.1", "198.51.100.1"),
    ("192.0.2.8", "192.0.2.7", "198.51.100.1", "192.0.2.8"),
    ("2001:db8:1:2::8", "192.0.2.7", "198.51.100.1", "2001:db8:1:2::/64"),
    ("", "192.0.2.7", "198.51.100.1", ""),
    ("192.0.2.7", "192.0.2.7", "203.0.113.9, 2001:db8::1", "2001:db8::/64"),
    ("192.0.2.7", "192.0.2.7", "", "192.0.2.7"),
    ("192.0.2.7", "192.0.2.7", "nonsense", "nonsense"),
]


@pytest.mark.parametrize(("peer", "proxy", "forwarded", "name"), CLIENTS)
def test_a_client_is_who_it_is_and_not_who_it_says(peer, proxy, forwarded, name):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"method": "GET", "raw_path": b"/", "query_string": b"", "client": (peer, 1), "headers": headers}
    assert Request(scope).client(proxy) == name
