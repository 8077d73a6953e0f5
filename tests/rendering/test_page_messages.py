"""The texts of pages: complete in every language, each used."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest
from tests.rendering.sites import LANGUAGES

import ekograph

PACKAGE = Path(ekograph.__file__).parent
LOCALES = PACKAGE / "locales"
PAGES = PACKAGE / "rendering"


def texts(area: str, language: str) -> dict[str, str]:
    return json.loads((LOCALES / f"{area}.{language}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("area", ["pages", "terms", "about"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_places(area, language):
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    here, there = texts(area, language), texts(area, "en")
    assert list(here) == list(there)
    plain = {key: places(text) for key, text in here.items() if not key.endswith(".one")}
    assert plain == {key: places(there[key]) for key in plain}


def test_every_message_is_used_and_every_used_one_is_there():
    sources = [each.read_text() for each in [*PAGES.glob("*.py"), *PAGES.glob("templates/*.html")]]
    quoted = {each for text in sources for each in re.findall(r"[\"']([a-z_0-9.]+)[\"']", text)}
    keys = set(texts("pages", "en"))
    plain = {re.sub(r"\.(one|other)$", "", each) for each in keys}
    computed = re.compile(r"(format|history|downloads|language|vocabulary|search.kind|search.one|column)\..*|.*\.none")
    assert {each for each in plain if each not in quoted and not computed.fullmatch(each)} == set()
    said = {each for text in sources for each in re.findall(r"\bsay\([\"']([^\"']+)[\"'][,)]", text)}
    assert said - plain == set()
