"""The past of a thing, as its page tells it."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode
from tests.site.real import node, real
from tests.site.test_content import plain

from ekograph.publish.history.changelog import history
from ekograph.publish.publication import Event
from ekograph.rendering import pages

LAHTI = node("agreement/lahti").value
RENEWED = node("priority/lahti/kiertotalous").value
GONE = node("priority/lahti/entinen").value
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
FIRST, SECOND = ("v1", "2026-11-02T08:00:00Z"), ("v2", "2026-12-03T08:00:00Z")


def told(*events: tuple[tuple[str, str], str, str, str], kept=(FIRST, SECOND)):
    """The page of Lahti, where these versions, things, kinds and states are its past."""
    made = [Event(*version, thing, kind, state) for version, thing, kind, state in events]
    site = replace(real(), history=history(made, kept))
    return pages.resource_page(site, NamedNode(LAHTI), "fi").decode().partition('id="history"')[2]


def test_the_only_version_is_that_of_the_first_publication():
    page = told((FIRST, LAHTI, "create", ""), (FIRST, RENEWED, "create", ""), kept=[FIRST])
    assert "2.11.2026 – julkaistu ensimmäisen kerran" in plain(page)
    assert "Lisätty" not in page
    assert "/version/" not in page


def test_a_change_names_what_changed_of_the_agreement_or_what_belongs_to_it_newest_first():
    page = told(
        (FIRST, LAHTI, "create", ""),
        (FIRST, RENEWED, "create", f'<{RENEWED}> {LABEL} "Kierto"@fi .\n'),
        (SECOND, RENEWED, "update", f'<{RENEWED}> {LABEL} "Kiertotalous"@fi .\n'),
    )
    words = plain(page.partition("</section>")[0])
    assert words.index("3.12.2026") < words.index("2.11.2026")
    assert "Muutettu: Hiilineutraali kiertotalous nimi muutettu: ”Kierto” → ”Kiertotalous”" in " ".join(words.split())
    assert 'href="/version/v1/doc/agreement/lahti.fi.html"' in page


def test_what_was_removed_is_told_by_the_name_it_had():
    state = f'<{GONE}> {LABEL} "Entinen"@fi .\n<{GONE}> <http://www.w3.org/2004/02/skos/core#inScheme> <{LAHTI}> .\n'
    page = told((FIRST, GONE, "create", state), (SECOND, GONE, "delete", ""))
    assert "Poistettu: Entinen" in plain(page)


def test_a_version_that_is_not_kept_has_no_link():
    page = told((FIRST, LAHTI, "create", ""), (SECOND, LAHTI, "update", ""), kept=[SECOND])
    assert "/version/v1/" not in page
    assert "/version/v2/" in page
