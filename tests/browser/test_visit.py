"""Visits as people make them: by mouse, by keyboard, without JavaScript, on paper."""

from __future__ import annotations

import re

import pytest
from tests.browser.conftest import DESKTOP, PHONE

#: A question of an applicant, the names of the links to follow from the front page, and what the answer holds.
QUESTIONS = [
    ("Mikä sopimus koskee Imatraa?", ["Imatra"], ["Lappeenrannan (ml. Imatra) ekosysteemisopimus"]),
    ("Kuka rahoittaa Lahden hankkeita?", ["Lahti"], ["Rahoittava viranomainen", "Uudenmaan liitto"]),
    ("Kenelle soitan Turun sopimuksesta?", ["Turku"], ["Hanna Laaksonen", "040 574 8930"]),
    ("Ketkä vastaavat Lappeenrannasta?", ["Lappeenranta"], ["Laura Peuhkuri", "Susanna Kaskinen"]),
    ("Mitä hankkeelta vaaditaan?", ["Lahden ekosysteemisopimus"], ["Rahoitettavien hankkeiden tulee olla"]),
    ("Mihin painopisteeseen vety kuuluu?", ["Vihreän vedyn tuotanto"], ["LPR.1.2.2", "Lappeenranta (ml. Imatra)"]),
    ("Mitä kuuluu vihreään sähköistämiseen?", ["Vihreä sähköistäminen"], ["SMR pienreaktoriekosysteemin rakentaminen"]),
    ("Mihin asti sopimus on voimassa?", ["Turun ekosysteemisopimus"], ["Voimassa asti", "31.12.2027"]),
    (
        "Mitä Uudenmaan liitto rahoittaa?",
        ["Uudenmaan liitto"],
        ["Lahden ekosysteemisopimus", "Turun ekosysteemisopimus"],
    ),
    (
        "Missä muussa sopimuksessa on kiertotalous?",
        ["Hiilineutraali kiertotalous"],
        ["Sama aihe muissa sopimuksissa", "Kiertotalous, resurssiviisaus ja biotalous"],
    ),
    ("Onko Kuopiossa sopimus?", ["Turun ekosysteemisopimus", "Kestävä kaupunkikehittäminen"], ["Kuopion ekosysteem"]),
    ("Mikä on Helsingin sopimus?", ["Helsinki"], ["Pääkaupunkiseudun ekosysteemisopimus"]),
]


@pytest.mark.parametrize(("question", "clicks", "answer"), QUESTIONS)
def test_a_question_is_answered_within_three_clicks_and_without_a_uri_on_screen(visiting, question, clicks, answer):
    assert len(clicks) <= 3
    with visiting(viewport=PHONE) as visit:
        visit.open("/")
        for name in clicks:
            links = visit.page.locator("main a:not(.rings a)", has_text=re.compile(f"^{re.escape(name)}"))
            links.locator("visible=true").first.click()
        seen = visit.page.inner_text("main").partition("Koneluettavat tiedot")[0]
        assert [each for each in answer if each not in seen] == [], question
        assert "://" not in seen.partition("Näin viittaat")[0]
        assert (visit.errors, visit.foreign) == ([], [])


def test_the_search_is_done_with_the_keyboard_alone(visiting):
    with visiting() as visit:
        visit.open("/index.sv.html")
        visit.page.focus("#q")
        visit.page.keyboard.type("imatra")
        visit.page.get_by_role("option").first.wait_for()
        assert visit.page.get_attribute("#q", "aria-expanded") == "true"
        visit.page.keyboard.press("ArrowDown")
        active = visit.page.get_attribute("#q", "aria-activedescendant")
        assert visit.page.get_attribute(f"#{active}", "aria-selected") == "true"
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/doc/place/imatra.sv.html")
        assert (visit.errors, visit.foreign) == ([], [])


def test_escape_closes_the_suggestions_and_enter_searches(visiting):
    with visiting() as visit:
        visit.open("/index.en.html")
        visit.page.focus("#q")
        visit.page.keyboard.type("hydrogen")
        visit.page.get_by_role("option").first.wait_for()
        visit.page.keyboard.press("Escape")
        assert visit.page.get_attribute("#q", "aria-expanded") == "false"
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/search.en.html?q=hydrogen")
        assert "green hydrogen" in visit.text()


def test_the_slash_leads_to_the_search_but_where_it_is_typed(visiting):
    with visiting() as visit:
        visit.open("/doc/place/imatra.fi.html")
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("a/b")
        assert visit.page.input_value("header input[type=search]") == "a/b"


def test_the_slash_can_be_turned_off(visiting):
    with visiting() as visit:
        visit.open("/accessibility.fi.html")
        visit.page.locator("#slash").check()
        visit.open("/doc/place/imatra.fi.html")
        visit.page.keyboard.press("/")
        assert visit.page.evaluate("document.activeElement.tagName") == "BODY"


def test_one_suggestion_is_counted_as_one(visiting):
    with visiting() as visit:
        visit.open("/doc/place/imatra.fi.html")
        visit.page.focus("#find")
        visit.page.keyboard.type("0405748930")
        visit.page.get_by_role("option").first.wait_for()
        assert visit.page.inner_text("header [role=status]") == "1 ehdotus"


def test_the_first_stop_of_the_keyboard_leads_past_the_head(visiting):
    with visiting() as visit:
        visit.open("/doc/agreement/lahti.fi.html")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.className") == "skip"
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**#content")


def test_every_stop_of_the_keyboard_is_seen(visiting):
    with visiting() as visit:
        visit.open("/doc/agreement/lahti.fi.html")
        for _ in range(25):
            visit.page.keyboard.press("Tab")
            style = "getComputedStyle(document.activeElement)"
            line, width = visit.page.evaluate(f"[{style}.outlineStyle, {style}.outlineWidth]")
            assert line != "none"
            assert float(width.removesuffix("px")) >= 2


def test_switching_the_language_stays_on_the_page(visiting):
    with visiting() as visit:
        visit.open("/doc/priority/lappeenranta/p2x.fi.html")
        visit.page.get_by_role("link", name="In English").click()
        assert visit.page.url.endswith("/doc/priority/lappeenranta/p2x.en.html")
        assert visit.page.get_attribute("html", "lang") == "en"
        visit.page.get_by_role("link", name="Lappeenranta (incl. Imatra)").first.click()
        assert visit.page.url.endswith("/doc/agreement/lappeenranta.en.html")


@pytest.mark.parametrize(("locale", "language"), [("fi-FI", "fi"), ("sv-FI", "sv"), ("en-GB", "en")])
def test_the_browser_s_language_is_the_first_one(visiting, locale, language):
    with visiting(locale=locale) as visit:
        visit.open("/")
        assert visit.page.get_attribute("html", "lang") == language


def test_everything_is_reached_without_javascript(visiting):
    with visiting(java_script_enabled=False) as visit:
        visit.open("/index.fi.html")
        visit.page.fill("#q", "vedystä")
        visit.page.get_by_role("button", name="Hae").click()
        visit.page.get_by_role("link", name="Vihreän vedyn tuotanto ja vetytalouden edistäminen").click()
        assert "LPR.1.2.2" in visit.text()


def test_a_query_is_answered_from_the_form(visiting):
    with visiting(java_script_enabled=False) as visit:
        visit.open("/sparql.fi.html")
        visit.page.select_option("#format", "json")
        visit.page.get_by_role("button", name="Lataa vastaus").click()
        assert "LAHTI.1.1" in visit.page.content()


def test_a_ready_made_query_is_asked_of_what_is_picked(visiting):
    with visiting(java_script_enabled=False) as visit:
        visit.open("/queries.sv.html")
        visit.page.get_by_role("link", name="Vilket avtal omfattar platsen").click()
        visit.page.select_option("#to", label="Esbo")
        visit.page.get_by_role("button", name="Visa").click()
        assert visit.page.url.endswith("/queries/agreement-of-place/place/espoo.sv.html")
        assert "huvudstadsregionen" in visit.page.inner_text("table")


def test_on_paper_there_is_the_content_and_no_navigation(visiting):
    with visiting() as visit:
        visit.open("/doc/agreement/lahti.fi.html")
        visit.page.emulate_media(media="print")
        assert not visit.page.is_visible("nav.languages")
        assert visit.page.is_visible("text=Hiilineutraali kiertotalous")
        assert visit.page.pdf(format="A4").startswith(b"%PDF")


def test_nothing_moves_for_those_who_do_not_want_it(visiting):
    with visiting(reduced_motion="reduce") as visit:
        visit.open("/def.fi.html")
        assert visit.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


MEASURED = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => shift += each.value))
    .observe({type: "layout-shift", buffered: true});
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  setTimeout(() => done([shift, paint.startTime]), 100);
})"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", ["/index.fi.html", "/doc/agreement/lappeenranta.sv.html", "/search.en.html?q=vety"])
def test_a_page_is_light_and_does_not_jump(visiting, record_property, size, path):
    with visiting(viewport=size) as visit:
        sizes: list[int] = []
        visit.page.on("response", lambda each: sizes.append(len(each.body())))
        visit.open(path)
        visit.page.wait_for_load_state("networkidle")
        shift, paint = visit.page.evaluate(MEASURED)
        # How soon depends on the machine, so it is recorded only.
        record_property("first contentful paint, ms", paint)
        record_property("cumulative layout shift", shift)
        assert shift < 0.02
        assert sum(sizes) < 100_000
        assert len(sizes) <= 6
        assert (visit.errors, visit.foreign) == ([], [])


def tab_to(page, name: str) -> None:
    """Press Tab until the focus is on what is called `name`."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            return
    pytest.fail(f"Tab does not reach {name!r}")


def test_a_whole_visit_is_made_with_the_keyboard_alone(visiting):
    with visiting() as visit:
        page = visit.page
        visit.open("/index.fi.html")
        tab_to(page, "Imatra")
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/place/imatra.fi.html")
        tab_to(page, "Lappeenrannan (ml. Imatra)")
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/agreement/lappeenranta.fi.html")
        tab_to(page, "In English")
        page.keyboard.press("Enter")
        page.wait_for_url("**/doc/agreement/lappeenranta.en.html")
        tab_to(page, "Telephone")
        assert page.evaluate("document.activeElement.href").startswith("tel:+358")
        tab_to(page, "All statements as a table")
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('.data details').open")
        tab_to(page, "Accessibility")
        page.keyboard.press("Enter")
        page.wait_for_url("**/accessibility.en.html")
        assert (visit.errors, visit.foreign) == ([], [])


def test_a_target_of_a_hash_is_shown(visiting):
    with visiting() as visit:
        visit.open("/def.en.html#Priority")
        assert visit.page.evaluate("document.querySelector(':target').id") == "Priority"
        assert visit.page.is_visible("#Priority")


def test_every_link_of_the_front_page_and_of_an_agreement_leads_somewhere(visiting):
    with visiting() as visit:
        for path in ("/index.fi.html", "/doc/agreement/lahti.sv.html", "/downloads.en.html"):
            visit.open(path)
            hrefs = visit.page.eval_on_selector_all("a[href^='/']", "all => all.map(each => each.getAttribute('href'))")
            missing = [each for each in set(hrefs) if visit.page.request.head(visit.url + each).status != 200]
            assert missing == [], path
