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
THEME = Path(__file__).parents[2] / "theme"


def texts(area: str, language: str, folder: Path = LOCALES) -> dict[str, str]:
    return json.loads((folder / f"{area}.{language}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("folder", "area"),
    [
        *((LOCALES, area) for area in ("pages", "terms", "about")),
        *((THEME / "locales", area) for area in ("pages", "about", "new")),
    ],
    ids=str,
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_places(folder, area, language):
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    here, there = texts(area, language, folder), texts(area, "en", folder)
    assert list(here) == list(there)
    plain = {key: places(text) for key, text in here.items() if not key.endswith(".one")}
    assert plain == {key: places(there[key]) for key in plain}


COMPUTED = re.compile(
    r"(duration|expression|profile|format|history|downloads|language|vocabulary|search|column|facet|browse\.sort|check\.outcome|check\.verdict)\..*|.*\.none"
)


@pytest.mark.parametrize("theme", [False, True], ids=["core", "theme"])
def test_every_message_is_used_and_every_used_one_is_there(theme):
    folders = [PAGES, THEME] if theme else [PAGES]
    paths = [path for folder in folders for path in [*folder.glob("*.py"), *folder.glob("templates/*.html")]]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    quoted = {key for text in sources for key in re.findall(r"[\"']([a-z_0-9.]+)[\"']", text)}
    keys = {re.sub(r"\.(one|other)$", "", key) for key in texts("pages", "en", THEME / "locales" if theme else LOCALES)}
    assert {key for key in keys if key not in quoted and not COMPUTED.fullmatch(key)} == set()
    core = {re.sub(r"\.(one|other)$", "", key) for key in texts("pages", "en")}
    used = {key for text in sources for key in re.findall(r"\bview\.say\([\"']([^\"']+)[\"'][,)]", text)}
    used |= {key for text in sources if "{%" in text for key in re.findall(r"\bsay\([\"']([^\"']+)[\"'][,)]", text)}
    assert used - core - keys - {"brand", "lead", "search.hint"} == set()
