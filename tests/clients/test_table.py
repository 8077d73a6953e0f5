"""The page of clients: made by `make clients`, complete, and without a client that fails."""

from __future__ import annotations

import pytest
from tests.clients import table

PAGE = table.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("client", table.CLIENTS, ids=lambda client: client.name)
def test_a_client_stands_on_the_page_with_what_came_of_it(client):
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| {client.name} |"))
    assert client.does in row
    assert "**fails**" not in row


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["Sickle", "feedparser"])
def test_harvesters_go_through_all_versions(name, capsys, monkeypatch):
    monkeypatch.setattr(table.sys, "argv", ["table", name])
    failed = table.main()
    assert (failed, "**fails**" in capsys.readouterr().out) == (0, False)
