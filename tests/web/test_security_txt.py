"""/.well-known/security.txt (RFC 9116): there where the site says whom to tell, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import ROOT, serving

from ekograph import config
from ekograph.web.service.public_address import PublicAddress


def security_txt(**settings: str) -> list[bytes]:
    address = PublicAddress("https://data.example.fi", **settings)
    return [extra.body for extra in address.extras() if extra.address == "/.well-known/security.txt"]


def test_it_names_whom_to_tell_until_when_and_itself():
    (body,) = security_txt(security_contact="mailto:security@example.fi")
    fields = dict(line.split(": ", 1) for line in body.decode().splitlines())
    assert fields["Contact"] == "mailto:security@example.fi"
    assert fields["Canonical"] == "https://data.example.fi/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=300) < expires - datetime.now(UTC) < timedelta(days=365), "RFC 9116, section 2.5.5"
    assert set(fields) == {"Contact", "Canonical", "Expires", "Preferred-Languages"}


def test_it_is_served_where_there_is_somebody_to_tell(shelf):
    snapshots = {"EKOGRAPH_SNAPSHOTS": str(shelf)}
    with serving("serve", **snapshots, EKOGRAPH_SECURITY_CONTACT="https://example.fi/weaknesses") as server:
        reply = server.get("/.well-known/security.txt", "*/*")
        assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        assert "Contact: https://example.fi/weaknesses\n" in reply.text
    with serving("serve", **snapshots) as server:
        assert server.get("/.well-known/security.txt", "*/*").status == 404


@pytest.mark.parametrize("contact", ["security@example.fi", "javascript:x", "http://example.fi/"])
def test_an_address_that_nobody_can_use_is_told(contact):
    with pytest.raises(config.ConfigError, match="security_contact"):
        config.load(ROOT, security_contact=contact)
