"""The SPARQL page in a browser: the plain form with its table, and YASGUI's editor where set-up built it."""

from __future__ import annotations

import csv
import re
from urllib.parse import quote

import pytest

from ekograph.rendering import layout

playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is missing")

pytestmark = pytest.mark.long

COUNTS = """\
PREFIX eko: <https://w3id.org/ekograph/def#>
SELECT ?place (COUNT(?priority) AS ?count)
WHERE { ?agreement a eko:Agreement ; dcterms:spatial ?place . ?priority skos:inScheme ?agreement }
GROUP BY ?place ORDER BY ?place"""
AGREEMENTS = "SELECT ?s WHERE { ?s a <https://w3id.org/ekograph/def#Agreement> }"

built = pytest.mark.skipif(
    "editor.js" not in layout.addresses(), reason="the editor is not built: npm ci && npm run build"
)


@pytest.fixture(params=["plain", pytest.param("editor", marks=built)])
def opened(request, visiting):
    """A function that opens the page with a query, without or with the editor, and shows the answer."""
    with visiting() as visit:
        if request.param == "plain":
            visit.page.route("**/static/editor.*", lambda route: route.fulfill(body=""))

        def ask(query: str, language: str = "en"):
            visit.open(f"/sparql.{language}.html?query={quote(query)}")
            visit.page.locator("#show").click()
            return visit

        yield ask
        assert (visit.errors, visit.foreign) == ([], [])


def test_an_answer_is_a_table_whose_links_stay_on_the_site(opened):
    visit = opened(AGREEMENTS)
    visit.page.locator("main table").wait_for()
    assert visit.page.locator("main tbody tr").count() == 4
    visit.page.locator("main tbody a").first.click()
    visit.page.wait_for_url(f"{visit.url}/doc/agreement/**")


def test_an_answer_that_comes_late_is_not_shown(opened):
    visit = opened("ASK {}", "en")
    held = []
    visit.page.route("**/sparql", lambda route: held.append(route) if not held else route.continue_())
    with visit.page.expect_request("**/sparql"):
        visit.page.locator("#show").click()
    visit.page.locator("#show").click()
    visit.page.get_by_text("Yes", exact=True).wait_for()
    # The page has let go of the first request: nothing that answers it is shown.
    assert visit.page.locator("#stop").is_hidden()
    assert held[0].request.failure


def test_a_query_can_be_stopped(opened):
    visit = opened("ASK {}", "en")
    visit.page.get_by_text("Yes", exact=True).wait_for()
    visit.page.route("**/sparql", lambda _: None)
    visit.page.locator("#show").click()
    visit.page.get_by_role("button", name="Stop").click()
    visit.page.get_by_text("The query was stopped.").wait_for()
    assert visit.page.locator("#stop").is_hidden()


def test_a_query_has_a_link_of_its_own(opened):
    visit = opened(AGREEMENTS)
    visit.page.get_by_role("link", name="Link to this query").click()
    playwright.expect(visit.page.locator("#query")).to_have_value(re.compile("def#Agreement"))
    visit.page.locator("#show").click()
    visit.page.locator("main table").wait_for()


def test_ask_is_answered_in_the_language_of_the_page(opened):
    visit = opened("ASK {}", "fi")
    visit.page.get_by_text("Kyllä", exact=True).wait_for()


def test_turtle_is_shown_as_text(opened):
    visit = opened("CONSTRUCT WHERE { ?s a <https://w3id.org/ekograph/def#Agreement> }")
    visit.page.locator("main pre", has_text="eko:Agreement").wait_for()


def test_an_answer_of_no_rows_says_so(opened):
    visit = opened("SELECT ?s WHERE { ?s a <urn:nothing> }")
    visit.page.get_by_text("0 rows").wait_for()


def test_what_is_wrong_with_a_query_is_said_below_it(visiting):
    with visiting() as visit:
        visit.open(f"/sparql.en.html?query={quote('SELECT ?s WHERE { ?s a }')}")
        visit.page.locator("#show").click()
        visit.page.get_by_text("The query got no answer").wait_for()
        assert "ine 1" in visit.page.inner_text("#answer")


@pytest.fixture
def editor(visiting):
    """The page with the editor, and a function that types into it."""
    with visiting(accept_downloads=True) as visit:
        visit.open("/sparql.en.html")
        visit.page.locator(".CodeMirror").wait_for()
        yield visit
        assert (visit.errors, visit.foreign) == ([], [])


@built
def test_the_keyboard_alone_writes_and_runs_a_query_and_gets_out_of_the_editor(editor):
    page = editor.page
    page.locator(".CodeMirror textarea").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(AGREEMENTS)
    page.keyboard.press("Control+Enter")
    page.locator("#views table").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "format"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null")


@built
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("SELECT * WHERE { ?s a eko:", "eko:FundingAuthority"),
        ("SELECT * WHERE { ?s eko:", "eko:fundingAuthority"),
        ("PREFIX sko", "skos: <http://www.w3.org/2004/02/skos/core#>"),
    ],
)
def test_the_editor_offers_what_the_dataset_uses(editor, typed, offered):
    page = editor.page
    page.locator(".CodeMirror textarea").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(typed)
    page.get_by_role("option", name=offered, exact=True).wait_for()
    assert page.get_by_role("listbox").get_attribute("aria-label") == "Suggestions"


@built
def test_numbers_are_drawn_as_a_chart_that_says_them_in_words(editor):
    page = editor.page
    editor.open(f"/sparql.en.html?query={quote(COUNTS)}")
    page.locator("#show").click()
    page.get_by_role("button", name="Chart").click()
    drawn = page.get_by_role("img", name="count.")
    drawn.wait_for()
    assert drawn.locator("rect").count() == 5
    assert "lahti: 8" in drawn.get_attribute("aria-label")


@built
def test_each_column_of_numbers_has_a_chart_of_its_own(editor):
    page = editor.page
    two = COUNTS.replace("(COUNT(", "(2 AS ?two) (COUNT(", 1)
    editor.open(f"/sparql.en.html?query={quote(two)}")
    page.locator("#show").click()
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("img", name="count.").wait_for()
    assert page.get_by_role("img", name="two.").locator("rect").count() == 5


@built
def test_a_table_is_downloaded_as_csv(editor):
    page = editor.page
    editor.open(f"/sparql.en.html?query={quote(COUNTS)}")
    page.locator("#show").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download", exact=True).click()
    content = waiting.value.path().read_bytes()
    # By its mark at the beginning, spreadsheets know the encoding.
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["place", "count"]
    assert ["https://w3id.org/ekograph/id/place/lahti", "8"] in rows
