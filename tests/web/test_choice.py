"""From a pick-list to the page that was picked."""

from __future__ import annotations

import pytest


def test_a_page_of_the_site_is_led_to(server):
    reply = server.get("/go?to=/queries/agreement-of-place/place/imatra.fi.html")
    assert (reply.status, reply.headers["location"]) == (303, "/queries/agreement-of-place/place/imatra.fi.html")


OTHERS = ["https://example.org/", "//example.org", "/nothing", "", "javascript:alert(1)", "%0d%0aX:%20y"]


@pytest.mark.parametrize("to", OTHERS)
def test_nothing_else_is_led_to(server, to):
    assert server.get(f"/go?to={to}").status == 404
