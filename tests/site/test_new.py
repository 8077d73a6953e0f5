"""ekograph new: what it writes where, the gaps that check names, and that all is well once they are filled."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import PATIENCE, ROOT
from tests.site.real import theme_module

from ekograph.scaffold.records import free, slug
from ekograph.turtle.printer import formatted

notation = theme_module("new_records").notation


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the real site, formatted."""
    for folder in ("ontology", "data", "shapes", "theme"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "ekograph.toml", tmp_path)
    for path in tmp_path.glob("data/*.ttl"):
        path.write_text(formatted(path.read_text(encoding="utf-8")), encoding="utf-8")
    return tmp_path


@pytest.fixture
def ekograph(site):
    """The real command in the site, in English, without a terminal."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ekograph", *arguments]
        environment = {**os.environ, "LC_ALL": "en", **variables}
        return subprocess.run(
            command,
            cwd=site,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture
def faults(ekograph):
    """The rules that the data breaks, with the files and lines."""

    def found() -> set[tuple[str, str, int]]:
        report = json.loads(ekograph("check", "--format", "json").stdout)
        return {(each["rule"], each["path"], each["line"]) for each in report["results"]}

    return found


PERSON = {
    "given-name": "Äiti",
    "family-name": "Öhman",
    "job-title": "Asiantuntija",
    "phone": "+358 (0)40 123 4567",
}
FIRST = ("--source", "https://example.org/sopimus", "--source-title", "Sopimus", "--priority", "Vihreä vety")


def options(prefix: str = "", **more: str) -> list[str]:
    """Options with the details of a person."""
    return [part for name, value in {**PERSON, **more}.items() for part in (f"--{prefix}{name}", value)]


def test_an_agreement_of_a_known_authority_passes_as_it_is_written(site, ekograph, faults):
    arguments = ("--label", "Kouvola", "--title", "Kouvolan sopimus", "--place", "Kouvola, Kotka", *FIRST)
    done = ekograph("new", "agreement", *arguments, "--authority", "Uudenmaan liitto")
    assert done.returncode == 0, done.stderr
    path = site / "data/agreement-kouvola.ttl"
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text
    for line in ('skos:notation          "KOU"', "eko:displayOrder       5", "<contact/uudenmaan-liitto-1>"):
        assert line in text
    assert "<priority/kouvola/vihrea-vety> a eko:Priority" in text
    assert "<place/kotka> a dcterms:Location" in (site / "data/places.ttl").read_text(encoding="utf-8")
    assert "<graph/agreement-kouvola> a prov:Entity" in (site / "data/sources.ttl").read_text(encoding="utf-8")
    assert faults() == set()
    assert ekograph("new", "priority", "--agreement", "kouvola", "--label", "Toinen").returncode == 0
    assert ekograph("new", "priority", "--agreement", "KOU", "--under", "KOU.1", "--label", "Alempi").returncode == 0
    assert faults() == set()


@pytest.mark.parametrize(("label", "name"), [("Oulu", "oulu"), ("Kajaani (ml. Sotkamo)", "kajaani")])
def test_a_listed_agreement_becomes_described_with_an_authority_and_a_contact_of_its_own(
    site, ekograph, faults, label, name
):
    person = options("contact-", email="aiti.ohman@liitto.example")
    done = ekograph("new", "agreement", "--label", label, "--authority-name", "Uusi liitto", *person, *FIRST)
    assert done.returncode == 0, done.stderr
    assert faults() == set()
    text = (site / f"data/agreement-{name}.ttl").read_text(encoding="utf-8")
    assert "<contact/uusi-liitto-1>" in text
    assert ("<place/sotkamo>" in text) == (name == "kajaani")
    listed = (site / "data/urban-areas.ttl").read_text(encoding="utf-8")
    assert f"<agreement/{name}>\n    dcterms:title" in listed
    assert formatted(listed) == listed


def test_a_priority_is_written_after_its_siblings_and_all_below_them(site, ekograph, faults):
    path = site / "data/agreement-lappeenranta.ttl"
    before = path.read_text(encoding="utf-8")
    done = ekograph("new", "priority", "--agreement", "LPR", "--under", "lpr.1", "--label", "Viides: ”asia”")
    assert done.returncode == 0, done.stderr
    after = path.read_text(encoding="utf-8")
    added = after.split("\n\n")[len(before.split("\n\n")) - 8]
    assert added == (
        "<priority/lappeenranta/viides-asia> a eko:Priority , skos:Concept ;\n"
        '    skos:prefLabel   "Viides: ”asia”"@fi ;\n'
        '    skos:notation    "LPR.1.5" ;\n'
        "    eko:displayOrder 5 ;\n"
        "    skos:inScheme    <agreement/lappeenranta> ;\n"
        "    skos:broader     <priority/lappeenranta/vihrea-sahkoistaminen> ."
    )
    assert after.replace(f"{added}\n\n", "") == before
    assert faults() == set()


def test_a_top_priority_has_a_kind_and_a_second_one_of_its_name_another_slug(site, ekograph):
    for kind in ("measuregroup", "Thematic"):
        arguments = ("--agreement", "pks", "--label", "Uudet asiat", "--kind", kind)
        assert ekograph("new", "priority", *arguments).returncode == 0
    text = (site / "data/agreement-pks.ttl").read_text(encoding="utf-8")
    assert "<priority/pks/uudet-asiat-2> a" in text
    assert text.index("eko:MeasureGroup") > text.index("PKS.4")


def test_a_contact_is_linked_from_the_agreements_of_its_authority_and_passes_as_it_is_written(site, ekograph, faults):
    source = ("--source", "https://example.org/henkilot")
    done = ekograph("new", "contact", "--authority", "Etelä-Karjalan liitto", *options(), *source)
    assert done.returncode == 0, done.stderr
    text = (site / "data/contacts.ttl").read_text(encoding="utf-8")
    assert formatted(text) == text
    assert "<tel:+358401234567>" in text
    assert "<mailto:aiti.ohman@ekarjala.fi>" in text
    # Nobody has compared it with a text whose digest is known.
    assert text.count('eko:sourceCheckedOn "') == 3
    assert "<contact/etela-karjalan-liitto-3>" in (site / "data/agreement-lappeenranta.ttl").read_text(encoding="utf-8")
    assert faults() == set()


def test_what_is_not_formatted_is_not_formatted_on_the_way(site, ekograph, faults):
    path = site / "data/agreement-pks.ttl"
    text = (
        path.read_text(encoding="utf-8")
        .replace("  skos:prefLabel ", "\tskos:prefLabel ")
        .replace("@prefix eko", "PREFIX eko")
    )
    text = text.replace("def#> .", "def#>")
    path.write_text(text, encoding="utf-8")
    assert ekograph("new", "priority", "--agreement", "pks", "--label", "Viides").returncode == 0
    assert path.read_text(encoding="utf-8").startswith(text.rstrip())
    assert faults() == set()


MISSING = {
    "agreement": ["--label", "--title", "--authority-name", "--source", "--priority"],
    "priority": ["--agreement", "--label"],
    "contact": ["--authority", "--given-name", "--family-name", "--job-title", "--phone", "--source"],
}


@pytest.mark.parametrize("kind", MISSING)
def test_without_a_terminal_the_missing_options_are_listed(kind, ekograph):
    done = ekograph("new", kind)
    assert done.returncode == 2
    listed = [line.split()[0] for line in done.stderr.splitlines() if line.startswith("  --")]
    assert listed == MISSING[kind]


SOMEBODY = "--given-name X --family-name X --job-title X"
REFUSED = {
    "a slug of a wrong form": ("AREA --slug Ä", "'Ä' cannot end an IRI"),
    "a slug in use": ("AREA --slug lahti", "is described already"),
    "a notation in use": ("AREA --notation LPR", "is in use"),
    "a place that is taken": ("AREA --order 4", "is that of"),
    "a place that is no number": ("AREA --order first", "a number from 1"),
    "an authority that is not known": (
        "AREA --authority tem",
        "Known are: etela-karjalan-liitto, uu",
    ),
    "a source that is no address": (
        "AREA --authority uudenmaan-liitto --source page",
        "begins with https://",
    ),
    "a parent of another agreement": ("priority --agreement pks --under p2x --label X", "There is no 'p2x'"),
    "a kind that is not known": ("priority --agreement pks --label X --kind Theme", "Thematic"),
    "a number that is none": (
        "PERSON --phone 112",
        "no telephone number",
    ),
    "an address that is none": (
        "PERSON --phone 0401234567 --email a@b",
        "no e-mail address",
    ),
    "an agreement of another authority": (
        "PERSON --phone 0401234567 --agreement LPR",
        "not funded by",
    ),
    "one answer twice": (
        "PERSON --phone 1 --phone 2",
        "only once",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line_and_nothing_is_written(case, site, ekograph):
    before = {path: path.read_bytes() for path in site.glob("data/*")}
    arguments, said = REFUSED[case]
    arguments = arguments.replace("AREA", "agreement --label X --title X --place X")
    arguments = arguments.replace("PERSON", f"contact --authority uudenmaan-liitto {SOMEBODY}")
    done = ekograph("new", *arguments.split())
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in site.glob("data/*")} == before


def test_sources_with_faults_of_syntax_are_told_as_check_tells_them(site, ekograph):
    (site / "data/broken.ttl").write_text("<x:a> <x:b> .\n")
    done = ekograph("new", "agreement", "--label", "Oulu")
    assert done.returncode == 1
    assert "data/broken.ttl:1:13: [syntax]" in done.stderr


def test_a_site_of_another_vocabulary_is_told_that_it_has_no_agreements(tmp_path, ekograph, site):
    for path in site.glob("ontology/*"):
        path.unlink()
    (site / "ontology/other.ttl").write_text("<https://e.org/d#C> a <https://e.org/d#Class> .\n")
    (site / "ekograph.toml").write_text('base = "https://e.org/"\ntheme = "theme"\n')
    done = ekograph("new", "agreement", "--label", "Oulu")
    assert (done.returncode, "its ontology does not declare https://e.org/def#Agreement" in done.stderr) == (2, True)


def test_a_site_without_record_types_says_so(ekograph, site):
    (site / "ekograph.toml").write_text('base = "https://e.org/"\n')
    done = ekograph("new", "agreement", "--label", "Oulu")
    assert (done.returncode, "no types of record" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_a_folder_that_is_no_site_is_told(site, ekograph):
    (site / "ekograph.toml").unlink()
    done = ekograph("new", "agreement", "--label", "Oulu")
    assert (done.returncode, "No base is set" in done.stderr) == (2, True)


def test_several_answers_stand_in_one_option_or_in_several(site, ekograph):
    places = ("--place", "Kouvola, Kotka", "--place", "Hamina")
    named = ("--label", "Kouvola", "--title", "Kouvolan sopimus", "--authority", "uudenmaan-liitto")
    done = ekograph("new", "agreement", *named, *places, *FIRST)
    assert done.returncode == 0, done.stderr
    assert "<place/kouvola> , <place/kotka> , <place/hamina>" in (site / "data/agreement-kouvola.ttl").read_text()


def test_on_a_terminal_all_is_asked_for_until_it_can_be_used(site):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ekograph", "new", "priority", "--lang", "sv"]
    with subprocess.Popen(command, cwd=site, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        # Agreement (wrong, then right), above, label (none, then one), slug and kind as proposed.
        os.write(ours, b"nowhere\nPKS\n\n\nUusi asia\n\n\n")
        assert process.wait(PATIENCE) == 0
        said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "avtal: dess id, namn eller beteckning" in said
    assert "”nowhere” finns inte i data" in said
    assert "Här behövs ett svar." in said
    text = (site / "data/agreement-pks.ttl").read_text(encoding="utf-8")
    assert '<priority/pks/uusi-asia> a eko:Priority , skos:Concept ;\n    skos:prefLabel    "Uusi asia"@fi' in text


def test_on_a_terminal_an_agreement_is_asked_for_step_by_step_and_passes_as_it_is_written(site, faults):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ekograph", "new", "agreement", "--lang", "en"]
    with subprocess.Popen(command, cwd=site, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        # Label (explained first), slug, notation, order as proposed, no known authority, its name, a person, places
        # and party as proposed, source and its title, priority and its kind.
        answers = ["?", "Oulu", "", "", "", "", "Uusi liitto", *PERSON.values(), "aiti.ohman@liitto.example"]
        answers += ["", "", "https://example.org/oulu", "Oulun sivu", "Vihreä vety", ""]
        os.write(ours, "\n".join([*answers, ""]).encode())
        assert process.wait(PATIENCE) == 0
        said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "Enter takes what stands in brackets" in said
    assert "A listed agreement, such as Oulu, is found by its name" in said
    assert faults() == set()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Vihreä vety (P2X)", "vihrea-vety"),
        ("(P2X)", "p2x"),
        ("SMR pienreaktoriekosysteemin rakentaminen Suomeen", "smr-pienreaktoriekosysteemin"),
        ("Åbo – Österbotten", "abo-osterbotten"),
        ("???", ""),
    ],
)
def test_slugs_are_made_of_names(name, expected):
    assert slug(name) == expected


def test_proposals_avoid_what_is_taken():
    assert free("a", {"a", "a-2"}) == "a-3"
    assert notation("Oulu", set()) == "OUL"
    assert notation("Oulu", {"OUL"}) == "OULU"
    assert notation("Oulu", {"OUL", "OULU"}) == ""
