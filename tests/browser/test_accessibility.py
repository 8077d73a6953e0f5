"""No finding of axe-core on any kind of page, in any language, light or dark, on a phone or at a desk (WCAG 2.2 AA)."""

from __future__ import annotations

import pytest
from tests.browser.conftest import DESKTOP, PHONE

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="the package axe-playwright-python is missing"
)

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "wcag2aaa"],
    }
}

KINDS = [
    "/index.{}.html",
    "/search.{}.html?q=vety",
    "/search.{}.html?q=xyzzy",
    "/sparql.{}.html",
    "/queries.{}.html",
    "/queries/agreement-of-place.{}.html",
    "/queries/leaves.{}.html",
    "/rules.{}.html",
    "/privacy.{}.html",
    "/accessibility.{}.html",
    "/def.{}.html",
    "/shapes.{}.html",
    "/graph/contacts.{}.html",
    "/doc/agreement/lappeenranta.{}.html",
    "/doc/priority/lappeenranta/p2x.{}.html",
    "/doc/authority/uudenmaan-liitto.{}.html",
    "/doc/contact/etela-karjalan-liitto-1.{}.html",
    "/doc/place/imatra.{}.html",
    "/doc/period/2021-2027.{}.html",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_no_finding(visiting, kind, size, scheme):
    with visiting(viewport=size, color_scheme=scheme) as visit:
        for language in ("fi", "sv", "en"):
            visit.open(kind.format(language))
            visit.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            results = axe.Axe().run(visit.page, options=RULES)
            found = [
                (each["id"], [node["html"][:160] for node in each["nodes"][:2]])
                for each in results.response["violations"]
            ]
            assert found == [], (language, found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [320, 360, 640])
def test_a_page_is_never_wider_than_the_window(visiting, kind, width):
    with visiting(viewport={"width": width, "height": 700}) as visit:
        visit.open(kind.format("fi"))
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
