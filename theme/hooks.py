"""What this site adds to the core: its types of page, front page, picture, map, search groups and new records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ekograph.plugins import SitePage, Theme, Values
from ekograph.rendering import terms
from ekograph.rendering.view import View

from . import agreements as eko
from . import country_map, sunburst
from .contacts import keeper
from .municipalities import absent_names
from .page_types import PAGE_TYPES, here, summary

if TYPE_CHECKING:
    from ekograph.scaffold.records import RecordType

_EXAMPLE = """\
PREFIX eko: <https://w3id.org/ekograph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?notation ?label
WHERE {
  ?priority a eko:Priority ;
    skos:notation ?notation ;
    skos:prefLabel ?label .
  FILTER (LANG(?label) = "fi")
}
ORDER BY ?notation"""


def _front_page(view: View) -> Values:
    """The agreements as trees and as a picture, and their places on the map."""
    return {
        "agreements": [summary(view, node) for node in eko.together(view.site)],
        "places": eko.places(view.site),
        "sectors": sunburst.sectors(view),
        "map": country_map,
        "areas": country_map.areas(view),
    }


def _themes(view: View) -> Values:
    """The subjects of the priorities, those that several agreements share first, and then by name."""
    rows = [
        (here(view, subject), len(priorities), [view.link(item) for item in eko.agreements_of(view.site, priorities)])
        for subject, priorities in eko.themes(view.site).items()
    ]
    return {"themes": sorted(rows, key=lambda row: (-len(row[2]), row[0].striptags().casefold()))}


def _about(view: View) -> Values:
    """What pages about the site itself show: whom to write to."""
    return {"keeper": keeper(view)}


def _record_types() -> tuple[RecordType, ...]:
    """What `ekograph new` writes, loaded when it is asked for."""
    from .new_agreement import AGREEMENT
    from .new_contact import CONTACT
    from .new_priority import PRIORITY

    return AGREEMENT, PRIORITY, CONTACT


theme = Theme(
    page_types=PAGE_TYPES,
    front_page=_front_page,
    navigation=(("/themes", "nav.themes"),),
    pages=(
        SitePage("/themes", "nav.themes", "themes.html", _themes, shown=lambda site: bool(eko.themes(site))),
        SitePage(
            "/privacy",
            "nav.privacy",
            "privacy.html",
            _about,
            shown=lambda site: bool(site.dataset.instances(eko.CONTACT)),
        ),
        SitePage("/accessibility", "nav.accessibility", "accessibility.html", _about),
    ),
    example_query=_EXAMPLE,
    order_properties=(eko.ORDER,),
    search_ranks=(
        ("agreement", eko.AGREEMENT),
        ("agreement", eko.LISTED),
        ("priority", eko.PRIORITY),
        ("place", eko.PLACE),
        ("contact", eko.CONTACT),
        ("authority", eko.AUTHORITY),
        ("listed", eko.LISTED),
    ),
    search_context=(
        terms.IN_SCHEME,
        eko.SPATIAL,
        eko.URBAN_AREA,
        eko.SUBJECT,
        eko.FUNDED_BY,
        eko.CONTACTED_AT,
        eko.MEMBER_OF,
        terms.HAS_PART,
        terms.IS_PART_OF,
        terms.BROADER,
    ),
    search_inverse=(eko.CONTACTED_AT, eko.FUNDED_BY),
    absent_names=absent_names,
    record_types=_record_types,
)
