"""The picture of the model: made from the data, with every class and property that it uses."""

from __future__ import annotations

import pytest
from tests.rendering.sites import LANGUAGES, small
from tests.site.real import real

from ekograph.rendering.class_diagram import FRAME, MOST_CLASSES, Diagram, diagram
from ekograph.rendering.view import View


def drawn_of(view: View) -> Diagram:
    return diagram(view, view.site.model.counts, view.site.model.links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_of_the_agreements_has_a_box_with_its_number_of_things(language):
    counts = {each.count for each in drawn_of(View(real(), language)).boxes}
    assert {44, 4, 16, 12, 3, 2} <= counts


def test_the_properties_that_lead_from_class_to_class_stand_on_the_arrows():
    names = {str(name) for each in drawn_of(View(real(), "en")).arrows for name in each.names}
    assert {"funding authority", "contact point", "broader", "project requirement"} <= names
    assert "narrower" not in names


def test_the_boxes_stand_inside_the_frame_and_apart():
    boxes = drawn_of(View(real(), "fi")).boxes
    left, top, width, height = FRAME
    for at, one in enumerate(boxes):
        assert left < one.x - one.width / 2
        assert one.x + one.width / 2 < left + width
        assert top < one.y < top + height
        for other in boxes[:at]:
            assert abs(one.x - other.x) >= one.width or abs(one.y - other.y) >= one.height


def test_a_large_vocabulary_shows_its_best_connected_classes_only():
    turtle = " ".join(
        f"<https://example.org/id/{n}> a ex:C{n} ; ex:p <https://example.org/id/{n + 1}> ." for n in range(30)
    )
    assert len(drawn_of(View(small(turtle), "en")).boxes) == MOST_CLASSES


def test_a_site_without_things_has_no_picture():
    drawn = drawn_of(View(small("<urn:x> a <urn:y> ."), "en"))
    assert (drawn.boxes, drawn.arrows) == ([], [])
