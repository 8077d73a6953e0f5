"""What a problem is called leads to a page that says what it means."""

from __future__ import annotations

import json
import re

import pytest

from ekograph.i18n import LANGUAGES, Messages


@pytest.mark.parametrize(
    ("path", "status"), [("/doc/none", 404), ("/sparql?query=SELECT", 400), ("/browse?page=0", 422)]
)
def test_the_type_of_a_problem_is_an_address_of_this_site(server, path, status):
    reply = server.get(path, "application/json")
    problem = json.loads(reply.body)
    assert (reply.status, problem["status"]) == (status, status)
    assert problem["type"].startswith("/problems/"), problem
    page = server.get(problem["type"], "text/html")
    assert (page.status, problem["title"] in page.text) == (200, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_problem_has_a_page_in_each_language(server, language):
    for key in {key.partition(".")[0] for key in Messages("web", language)}:
        by_name = server.get(f"/problems/{key}.{language}.html")
        wished = server.get(f"/problems/{key}", Accept_Language=language)
        assert (by_name.status, by_name.headers["content-language"], by_name.body) == (200, language, wished.body)
        assert f"<h1>{Messages('web', language)(f'{key}.title')}</h1>" in by_name.text
        assert not re.search(r"\{\w+\}", by_name.text)


def test_what_is_no_kind_of_problem_is_not_found(server):
    for name in ("none", "not_found.detail.x", "..", "not"):
        assert server.get(f"/problems/{name}").status in {200, 404}
    assert server.get("/problems/none").status == 404
