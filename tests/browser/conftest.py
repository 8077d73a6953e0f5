"""A real Chromium against the real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items) -> None:
    missing = [] if CHROMIUM else ["chromium (or CHROMIUM, the path of another one)"]
    missing += [] if find_spec("playwright") else ["the package playwright"]
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here if missing else ():
        item.add_marker(pytest.mark.skip(reason=f"missing on this machine: {', '.join(missing)}"))


@dataclass
class Visit:
    """A tab, and what went wrong or outside the host while it was open."""

    page: Any
    url: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str):
        response = self.page.goto(self.url + path)
        assert response is not None
        assert response.status == 200, path
        return self

    def text(self) -> str:
        return self.page.inner_text("body")


# For one file at a time: while Playwright is started, its event loop is the running one of this thread, and tests
# that run one of their own could not.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def visiting(browser, server):
    """A context manager that opens a tab; options are those of Playwright's new_context."""

    @contextmanager
    def visit(**options) -> Iterator[Visit]:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "fi-FI", **options})
        visit = Visit(context.new_page(), server.url)
        visit.page.on("console", lambda each: visit.errors.append(each.text) if each.type == "error" else None)
        visit.page.on("pageerror", lambda each: visit.errors.append(str(each)))
        visit.page.on(
            "request", lambda each: visit.foreign.append(each.url) if not each.url.startswith(server.url) else None
        )
        try:
            yield visit
        finally:
            context.close()

    return visit
