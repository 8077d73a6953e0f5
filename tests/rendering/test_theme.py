"""Themes: what a site adds in its folder, the example of the documentation, and whose code is run when."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.conftest import ROOT, ekograph, serving
from tests.rendering.sites import small

from ekograph.config import ConfigError, load
from ekograph.plugins import SitePage, Theme, load_theme
from ekograph.rendering import pages
from ekograph.rendering.layout import static_files

LIBRARY = ROOT / "tests/foreign/library"
DOCUMENTATION = (ROOT / "docs/themes.md").read_text(encoding="utf-8")
#: Leaves a trace where it is run.
TRACE = """
from pathlib import Path
from ekograph.plugins import Theme
(Path(__file__).parents[1] / "trace").touch()
theme = Theme()
"""


@pytest.fixture
def site(tmp_path) -> Path:
    """A copy of the library, with an empty theme."""
    folder = shutil.copytree(LIBRARY, tmp_path / "library")
    with (folder / "ekograph.toml").open("a") as file:
        file.write('theme = "theme"\n')
    for name in ("templates", "locales", "static"):
        (folder / "theme" / name).mkdir(parents=True)
    return folder


def test_the_example_of_the_documentation_gives_a_page_type_in_thirty_lines(site, tmp_path):
    blocks = re.findall(r"```(?:python|html|json)\n(.*?)```", DOCUMENTATION, flags=re.DOTALL)
    names = ("hooks.py", "templates/reader.html", "locales/pages.en.json")
    assert sum(block.count("\n") for block in blocks) <= 30
    for name, block in zip(names, blocks, strict=True):
        (site / "theme" / name).write_text(block)
    done = ekograph("--site", str(site), "publish")
    assert done.returncode == 0, done.stdout + done.stderr
    done = ekograph("--site", str(site), "export", str(tmp_path / "out"), "--public-url", "https://e.org")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out/doc/reader/1.en.html").read_text()
    assert 'Has borrowed: <a href="/doc/book/seven-brothers.en.html">Seven Brothers</a>' in page


def test_checking_formatting_comparing_and_opening_a_folder_run_none_of_its_code(site):
    (site / "theme/hooks.py").write_text(TRACE)
    ekograph("--site", str(site), "check")
    ekograph("--site", str(site), "fmt", "--check")
    ekograph("diff", str(site / "data"), str(site / "data"))
    with serving("serve", str(site / "data")) as server:
        assert server.get("/", accept="text/html").status == 200
    with serving("serve", str(site), EKOGRAPH_THEME=str(site / "theme")) as server:
        assert server.get("/", accept="text/html").status == 200
    assert not (site / "trace").exists()
    assert ekograph("--site", str(site), "publish").returncode == 0
    assert (site / "trace").exists()


@pytest.mark.parametrize(
    ("hooks", "words"),
    [
        ("1 / 0\n", "theme/hooks.py:1: ZeroDivisionError"),
        ("theme = 1\n", "`theme` must be an ekograph.plugins.Theme"),
        ("x = 1\n", "AttributeError"),
    ],
)
def test_a_theme_that_cannot_be_used_is_named_with_its_line(site, hooks, words):
    (site / "theme/hooks.py").write_text(hooks)
    done = ekograph("--site", str(site), "publish")
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_theme_that_is_not_there_is_told(site):
    with pytest.raises(ConfigError, match="which is no folder"):
        load_theme(load(site, theme="elsewhere"))


def test_a_site_without_a_theme_has_an_empty_one():
    assert load_theme(load(LIBRARY)).folder is None


def test_templates_messages_and_files_of_a_theme_go_before_those_of_the_core(site):
    folder = site / "theme"
    (folder / "templates/thing.html").write_text("<h1>{{ view.message('nav.front') }}</h1>")
    (folder / "locales/pages.en.json").write_text('{"nav.front": "Start here", "brand": "Books"}')
    (folder / "static/style.css").write_text("h1 { color: red }")
    (folder / "static/icon.svg").write_text("<svg/>")
    theme = load_theme(load(site))
    made = small("<https://example.org/id/1> a ex:C .", theme=theme)
    page = pages.resource_page(made, next(iter(made.things)), "en").decode()
    assert "<h1>Start here</h1>" in page
    assert "Books</a>" in page
    files = {address: body for address, _, body in static_files(folder)}
    style = next(address for address in files if "style." in address)
    assert style in page
    assert files[style].endswith(b"h1 { color: red }")
    assert b"<svg/>" in files.values()


def test_a_page_about_the_site_is_in_the_foot_of_every_page(site):
    (site / "theme/templates/hours.html").write_text("<h1>{{ hours }}</h1>")
    (site / "theme/locales/pages.en.json").write_text('{"nav.hours": "Opening hours"}')
    (site / "theme/locales/about.en.json").write_text('{"hours.title": "Opening hours"}')
    about = SitePage("/hours", "nav.hours", "hours.html", lambda _: {"hours": "10-18"})
    made = small("<https://example.org/id/1> a ex:C .", theme=Theme(site / "theme", pages=(about,)))
    assert '<a href="/hours.en.html">Opening hours</a>' in pages.front_page(made, "en").decode()
    assert "<h1>10-18</h1>" in pages.site_page(made, about, "en").decode()
