"""No finding of axe-core on any kind of page, in any language, light or dark, on a phone or at a desk (WCAG 2.2 AA).

Contrast is asked for as level AAA has it.
"""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import pytest
from tests.browser.conftest import DESKTOP, PHONE

axe = pytest.importorskip("axe_playwright_python.base", reason="the package axe-playwright-python is missing")

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "wcag2aaa"]
ALL = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": LEVELS}}
#: What may differ between light and dark, narrow and wide; the rest of a page is the same in all.
OF_THE_LOOK = ["color-contrast", "color-contrast-enhanced", "scrollable-region-focusable", "target-size"]
LOOK = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": OF_THE_LOOK}}
LOOKS = list(product([PHONE, DESKTOP], ["light", "dark"]))

KINDS = [
    "/index.{}.html",
    "/search.{}.html?q=vety",
    "/search.{}.html?q=xyzzy",
    "/browse.{}.html",
    "/browse.{}.html?type=http://www.w3.org/2004/02/skos/core%23Concept",
    "/browse.{}.html?q=vety",
    "/sparql.{}.html",
    "/downloads.{}.html",
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
    "/doc/collection/ekosysteemisopimukset.{}.html",
    "/doc/agreement/kuopio.{}.html",
    "/about/http/www.yso.fi/onto/yso/p28601.{}.html",
    "/themes.{}.html",
    "/changes.{}.html",
]


def findings(page, options) -> list[str]:
    """What axe-core finds on a page: the rule, and the first elements at fault."""
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:2]]}" for each in found["violations"]]


def look_at(page, look) -> None:
    size, scheme = look
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)


@pytest.fixture(scope="module")
def visit(visiting):
    """One tab for all pages, which loads what they share once."""
    with visiting() as visit:
        yield visit


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_no_finding_in_any_language_and_look(visit, kind):
    # Each language on a phone and at a desk, light and dark; the page in all four looks.
    for number, language in enumerate(("fi", "sv", "en")):
        first, second = LOOKS[number], LOOKS[-1 - number]
        look_at(visit.page, first)
        visit.open(kind.format(language))
        visit.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        visit.page.evaluate(axe.AXE_SCRIPT)
        assert findings(visit.page, ALL) == [], (language, first)
        look_at(visit.page, second)
        assert findings(visit.page, LOOK) == [], (language, second)


@pytest.mark.long
def test_the_answer_of_a_query_has_no_finding(visiting):
    query = "SELECT ?type (COUNT(*) AS ?count) WHERE { ?thing a ?type } GROUP BY ?type"
    with visiting() as visit:
        visit.open(f"/sparql.sv.html?query={quote(query)}")
        visit.page.evaluate(axe.AXE_SCRIPT)
        visit.page.locator("#show").click()
        visit.page.locator("main table").wait_for()
        # The views that the editor brings, where it is built.
        for view in [None, *visit.page.locator("#views button:enabled").all()]:
            if view is not None:
                view.click()
            for look in LOOKS:
                look_at(visit.page, look)
                assert findings(visit.page, ALL) == [], look


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_never_wider_than_the_window(visit, kind):
    """A window of 320 is one of 1280 at a zoom of 400 % (WCAG 1.4.10), one of 640 the same at 200 %."""
    visit.page.set_viewport_size({"width": 640, "height": 700})
    visit.open(kind.format("fi"))
    for width in (640, 360, 320):
        visit.page.set_viewport_size({"width": width, "height": 700})
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_twice_the_size_stays_within_the_window(visit, kind):
    visit.page.set_viewport_size(DESKTOP)
    visit.open(kind.format("sv"))
    visit.page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]
