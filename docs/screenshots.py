"""Screenshots of every kind of page, in each language, light and dark, narrow and wide: made anew, never by hand.

Usage: python docs/screenshots.py FOLDER [URL]; without a URL, the site is served for the while.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LANGUAGES = ("fi", "sv", "en")
SIZES = {"phone": (360, 740), "desk": (1280, 900)}
PAGES = {
    "front": "/index.{}.html",
    "search": "/search.{}.html?q=vety",
    "none": "/search.{}.html?q=xyzzy",
    "agreement": "/doc/agreement/lappeenranta.{}.html",
    "priority": "/doc/priority/lappeenranta/p2x.{}.html",
    "place": "/doc/place/imatra.{}.html",
    "contact": "/doc/contact/uudenmaan-liitto-1.{}.html",
    "list": "/queries.{}.html",
    "queries": "/queries/agreement-of-place.{}.html",
    "answer": "/queries/agreement-of-place/place/imatra.{}.html",
    "authority": "/doc/authority/uudenmaan-liitto.{}.html",
    "vocabulary": "/def.{}.html",
    "rules": "/rules.{}.html",
    "accessibility": "/accessibility.{}.html",
    "privacy": "/privacy.{}.html",
    "downloads": "/downloads.{}.html",
    "catalogue": "/catalog.{}.html",
    "sparql": "/sparql.{}.html",
    # These two have no language in their address; the browser asks for it.
    "result": "/sparql?query=SELECT%20%2A%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%2020",
    "notfound": "/doc/place/nowhere",
}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def main(folder: Path, url: str | None) -> None:
    """Write all pictures into `folder`, as page-language-size-scheme.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(url) as address:
        shoot(folder, address)


def shoot(folder: Path, address: str) -> None:
    """Visit each page in each way, and keep what is seen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = started.chromium.launch(executable_path=program, args=list(FLAGS))
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                for name, path in PAGES.items():
                    for language in LANGUAGES:
                        page.set_extra_http_headers({"Accept-Language": language})
                        page.goto(address + path.format(language))
                        page.screenshot(path=folder / f"{name}-{language}-{size}-{scheme}.png", full_page=True)
                context.close()


@contextmanager
def serving(url: str | None) -> Iterator[str]:
    """The address of the site: the one given, or that of a server started for the while."""
    if url:
        yield url.rstrip("/")
        return
    command = [sys.executable, "-m", "ekograph", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            lines = server.stdout or ()
            yield next(word for line in lines for word in line.split() if word.startswith("http://"))
        finally:
            server.terminate()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
