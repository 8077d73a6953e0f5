"""Diagnostics as one types, over the real protocol: the same as a fresh check of the same text, in any folder."""

import random
import shutil
from pathlib import Path

import pytest
from tests.lsp.client import position

from ekograph import config
from ekograph.i18n import Messages
from ekograph.rdf.formats import TURTLE
from ekograph.turtle.lines import Lines, Place
from ekograph.validation import check, sources
from ekograph.validation.parsing import parsed
from ekograph.validation.sources import Source

ROOT = Path(__file__).parents[2]
HEAD = "@prefix ex: <http://example.org/> .\n"
PIECES = (
    '"',
    '"""',
    "'",
    ".",
    ";",
    ",",
    "\n",
    "[",
    "]",
    "(",
    "<",
    ">",
    "ex:",
    "a",
    "@fi",
    "😀",
    "ä",
    "#",
    "\\",
    "<<",
    "x",
)


def places(text: str, findings) -> set[tuple]:
    lines = Lines(text)
    starts = (position(text, lines.offset(Place(finding.line, finding.column))) for finding in findings)
    return {(start["line"], start["character"], f.rule, f.message) for start, f in zip(starts, findings, strict=True)}


def shown(diagnostics) -> set[tuple]:
    return {(*d["range"]["start"].values(), d["code"], d["message"]) for d in diagnostics}


def syntax_of(text: str) -> set[tuple]:
    source = Source(Path("x.ttl"), "x.ttl", "data", "urn:x", TURTLE, text.encode())
    return places(text, parsed(source, Messages("check", "en")).findings)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_after_each_of_200_steps_of_editing_the_faults_are_those_of_a_fresh_check(connect, tmp_path, line_end):
    """Steps are drawn by a seed: typing, taking away, pasting, with quotes and brackets that stay open for a while."""
    random_ = random.Random(7)  # noqa: S311
    text = (ROOT / "data" / "contacts.ttl").read_text(encoding="utf-8").replace("\n", line_end)
    client, uri = connect(tmp_path), (tmp_path / "contacts.ttl").as_uri()
    client.open(uri, text)
    for _ in range(100):
        start = random_.randrange(len(text))
        while text[start - 1 : start + 1] == "\r\n":
            start -= 1
        end = min(len(text), start + random_.choice([0, 0, 1, 1, 5, 60]))
        end += text[end - 1 : end + 1] == "\r\n"
        piece = random_.choice(PIECES) if random_.random() < 0.8 else text[start : start + 100]
        undo = text[start:end]
        for old, new in ((text[start:end], piece), (piece, undo if random_.random() < 0.7 else piece)):
            client.change(uri, position(text, start), position(text, start + len(old)), new)
            text = text[:start] + new + text[start + len(old) :]
            diagnostics = [d for d in client.told(uri) if d["code"] == "syntax"]
            assert shown(diagnostics) == syntax_of(text)


@pytest.fixture
def site(tmp_path):
    for name in ("ontology", "data", "shapes", "ekograph.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def checked(root: Path, name: str, text: str) -> set[tuple]:
    """The findings of a fresh check of the site, of one file of it that has this text."""
    settings = config.load(root)
    path = root / "data" / name
    files = [
        source._replace(data=text.encode()) if source.path == path else source for source in sources.collect(settings)
    ]
    findings = check.check(files, settings, "en").report.findings
    return places(text, [finding for finding in findings if finding.path.endswith(name)])


def test_after_a_pause_the_rules_of_the_site_are_told_as_a_fresh_check_tells_them(connect, site):
    client, uri = connect(site), (site / "data" / "contacts.ttl").as_uri()
    client.open(uri, (site / "data" / "contacts.ttl").read_text(encoding="utf-8"))
    assert client.told(uri, 2) == []
    for old, new in [
        ("<tel:+358405748930>", "<tel:0>"),
        ("eko:ContactPoint", "eko:Contactpoint"),
        ("# ", "# ä😀 "),
        ('"Hanna"', '"Hanna 😀\t"'),
        ('"Hanna 😀\t"', "foaff:x"),
        ("foaff:x", '"Hanna"'),
    ]:
        client.replace(uri, old, new)
        assert shown(client.told(uri, 2)) == checked(site, "contacts.ttl", client.texts[uri])


def test_a_finding_leads_to_its_rule_and_to_the_name_that_was_meant(connect, site):
    client, uri = connect(site, "sv-FI"), (site / "data" / "contacts.ttl").as_uri()
    client.open(uri, (site / "data" / "contacts.ttl").read_text(encoding="utf-8"))
    client.replace(uri, "eko:ContactPoint", "eko:Contactpoint")
    (finding,) = client.told(uri, 2)
    assert "Menade du" in finding["message"]
    assert finding["codeDescription"]["href"].startswith((site / "shapes").as_uri())
    (related,) = finding["relatedInformation"]
    assert related["location"]["uri"] == (site / "ontology" / "ekograph.ttl").as_uri()
    assert related["message"] == "kontaktperson"


def test_what_rules_say_moves_with_its_line_until_they_are_checked_again(connect, site):
    client, uri = connect(site), (site / "data" / "contacts.ttl").as_uri()
    client.open(
        uri, (site / "data" / "contacts.ttl").read_text(encoding="utf-8").replace("<tel:+358405748930>", "<tel:0>")
    )
    (before,) = client.told(uri, 2)
    client.replace(uri, "# ", "\n\n# ")
    (after,) = client.told(uri)
    assert after["range"]["start"]["line"] == before["range"]["start"]["line"] + 2


def test_files_that_change_on_disk_are_told_of(connect, site):
    path = site / "data" / "contacts.ttl"
    client = connect(site)
    other = (site / "data" / "catalogue.ttl").as_uri()
    client.open(other, (site / "data" / "catalogue.ttl").read_text(encoding="utf-8"))
    client.told(other, 2)
    text = path.read_text(encoding="utf-8").replace("<tel:+358405748930>", "<tel:0>")
    path.write_text(text, encoding="utf-8")
    client.diagnostics.clear()
    changes = [{"uri": path.as_uri(), "type": 2}]
    client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    while path.as_uri() not in client.diagnostics or not client.diagnostics[path.as_uri()]["diagnostics"]:
        client.take()
    assert "E01" in {finding["code"] for finding in client.diagnostics[path.as_uri()]["diagnostics"]}


def test_a_folder_without_a_site_is_told_of_unknown_names_of_its_own_vocabulary(connect, folder):
    client, uri = connect(folder), (folder / "data.ttl").as_uri()
    client.open(uri, "@prefix ex: <http://example.org/voc#> .\nex:oak a ex:Treee .\n")
    (finding,) = client.told(uri, 2)
    assert finding["code"] == "unknown-term"
    assert "http://example.org/voc#Tree?" in finding["message"]


def test_nothing_of_a_theme_is_run(connect, tmp_path):
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "hooks.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "ekograph.toml").write_text('theme = "theme"\nbase = "http://example.org/"\n', encoding="utf-8")
    client, uri = connect(tmp_path), (tmp_path / "data" / "x.ttl").as_uri()
    client.open(uri, HEAD + "ex:a ex:b ex:c .\n")
    client.told(uri, 2)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 21), ("utf-16", 18), ("utf-32", 17)])
def test_columns_are_in_the_unit_that_was_agreed_on(connect, tmp_path, encoding, column):
    client, uri = connect(tmp_path, encodings=[encoding]), (tmp_path / "x.ttl").as_uri()
    assert client.capabilities["positionEncoding"] == encoding
    client.open(uri, HEAD + 'ex:a ex:b "ä😀" , x:y .\n')
    (fault,) = client.told(uri)
    assert fault["range"]["start"] == {"line": 1, "character": column}


def test_a_line_ends_where_the_protocol_says_so_and_nowhere_else(connect, tmp_path):
    client, uri = connect(tmp_path), (tmp_path / "x.ttl").as_uri()
    client.open(uri, HEAD + 'ex:a ex:b "one\u2028two\x85three" .\rex:a ex:b x:y .')
    (fault,) = client.told(uri)
    assert fault["range"]["start"] == {"line": 2, "character": 10}
    client.change(uri, {"line": 2, "character": 10}, {"line": 2, "character": 999}, "ex:y .")
    assert client.told(uri) == []
