"""The open page of a watched site: it shows what is wrong with an edit, and reloads itself when all is well."""

from tests.conftest import serving
from tests.publish.conftest import DATA, site


def test_an_open_page_shows_the_findings_and_reloads_itself_once_they_are_mended(browser, tmp_path):
    folder = site(tmp_path / "site")
    with serving("--site", str(folder.root), "serve", "--watch", "--lang", "fi") as server:
        page = browser.new_page()
        errors = []
        page.on("pageerror", lambda each: errors.append(str(each)))
        page.goto(f"{server.url}/doc/tree/oak.en.html")
        assert page.locator("#watch").count() == 0

        folder.write("data/trees.ttl", DATA.replace('"oak"@en', '"oak tree"@en') + "<tree/elm> a :Tree .")
        page.locator("#watch pre").wait_for()
        told = page.locator("#watch").inner_text()
        assert "data/trees.ttl:6:1: [T01]" in told
        assert "ei ole sääntöjen mukainen" in told
        assert page.locator("h1").inner_text() == "oak"

        folder.write("data/trees.ttl", DATA.replace('"oak"@en', '"oak tree"@en'))
        page.get_by_role("heading", name="oak tree", level=1).wait_for()
        assert page.locator("#watch").count() == 0
        assert errors == []
        page.close()
