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


def replace(path: Path, **texts: str) -> None:
    """Fill gaps: of the line with each key, `old` becomes the text, and its comment goes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for key, text in texts.items():
        at = next(index for index, line in enumerate(lines) if key.replace("_", "-") in line and "# gap:" in line)
        code = lines[at].partition(" # gap:")[0]
        head, _, tail = code.rpartition(" ") if code.endswith((";", ".")) else (code, "", "")
        value = head.split()[1]
        lines[at] = f"{head.replace(value, text)} {tail}"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def test_an_agreement_is_a_file_of_its_own_and_passes_once_its_gaps_are_filled(site, ekograph, faults):
    done = ekograph("new", "agreement", "--label", "Oulu", "--place", "Inari", "--authority", "uudenmaan-liitto")
    assert done.returncode == 0, done.stderr
    path = site / "data/agreement-oulu.ttl"
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text
    assert 'skos:notation          "OUL"' in text
    assert "eko:displayOrder       5" in text
    assert "<contact/uudenmaan-liitto-1>" in text
    assert "<place/inari> a dcterms:Location" in (site / "data/places.ttl").read_text(encoding="utf-8")
    gap = next(number for number, line in enumerate(text.splitlines(), 1) if "<source/gap>" in line)
    assert faults() == {("B10", "data/agreement-oulu.ttl", 8), ("G01", "data/agreement-oulu.ttl", gap)}
    assert f"data/agreement-oulu.ttl:{gap}: address of the page" in done.stdout

    assert ekograph("new", "priority", "--agreement", "oulu", "--label", "Vihreä vety (P2X)").returncode == 0
    assert "# gap: no priority yet" not in path.read_text(encoding="utf-8")
    replace(path, source="<https://example.org/oulu>")
    assert faults() == set()


def test_an_agreement_of_which_only_the_name_is_known_has_a_fault_for_every_gap(site, ekograph, faults):
    done = ekograph("new", "agreement", "--label", "Kuopio", "--lang", "fi")
    assert "# gap: rahoittava viranomainen" in (site / "data/agreement-kuopio.ttl").read_text(encoding="utf-8")
    gaps = {line.split(":")[1] for line in done.stdout.splitlines() if line.startswith("  data/agreement-kuopio.ttl:")}
    lines = {str(line) for _, path, line in faults() if path == "data/agreement-kuopio.ttl"}
    assert len(gaps) == 5
    # The gap of the priorities is told at the agreement itself.
    assert len(gaps - lines) == 1


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


def test_a_contact_is_linked_from_the_agreements_of_its_authority_and_passes_once_its_gaps_are_filled(
    site, ekograph, faults
):
    done = ekograph("new", "contact", "--authority", "Etelä-Karjalan liitto", "--phone", "+358 (0)40 123 4567")
    assert done.returncode == 0, done.stderr
    path = site / "data/contacts.ttl"
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text
    assert "<tel:+358401234567>" in text
    assert "<contact/etela-karjalan-liitto-3>" in (site / "data/agreement-lappeenranta.ttl").read_text(encoding="utf-8")
    gaps = {number for number, line in enumerate(text.splitlines(), 1) if "# gap:" in line}
    assert {line for _, _, line in faults()} == gaps
    replace(
        path,
        fn='"Äiti Öhman"',
        given_name='"Äiti"',
        family_name='"Öhman"',
        title='"Asiantuntija"@fi',
        hasEmail="<mailto:aiti.ohman@ekarjala.fi>",
    )
    assert faults() == set()


def test_a_contact_takes_the_place_of_the_gap_that_waits_for_it(site, ekograph):
    path = site / "data/agreement-lahti.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<contact/uudenmaan-liitto-1> ;", "<contact/gap> ; # gap: contact point"))
    done = ekograph("new", "contact", "--authority", "uudenmaan-liitto", "--agreement", "lahti")
    assert done.returncode == 0, done.stderr
    assert path.read_text(encoding="utf-8") == text.replace("uudenmaan-liitto-1> ;", "uudenmaan-liitto-2> ;")


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
    "agreement": ["--label"],
    "priority": ["--agreement", "--label"],
    "contact": ["--authority"],
}


@pytest.mark.parametrize("kind", MISSING)
def test_without_a_terminal_the_missing_options_are_listed(kind, ekograph):
    done = ekograph("new", kind)
    assert done.returncode == 2
    listed = [line.split()[0] for line in done.stderr.splitlines() if line.startswith("  --")]
    assert listed == MISSING[kind]


REFUSED = {
    "a slug of a wrong form": ("agreement --label X --slug Ä", "'Ä' cannot end an IRI"),
    "a slug in use": ("agreement --label X --slug lahti", "is described already"),
    "a notation in use": ("agreement --label X --notation LPR", "is in use"),
    "a place that is taken": ("agreement --label X --order 4", "is that of"),
    "a place that is no number": ("agreement --label X --order first", "a number from 1"),
    "an authority that is not known": ("agreement --label X --authority tem", "Known are: etela-karjalan-liitto, uu"),
    "a source that is no address": ("agreement --label X --source page", "begins with https://"),
    "a parent of another agreement": ("priority --agreement pks --under p2x --label X", "There is no 'p2x'"),
    "a kind that is not known": ("priority --agreement pks --label X --kind Theme", "Thematic"),
    "a number that is none": ("contact --authority uudenmaan-liitto --phone 112", "no telephone number"),
    "an address that is none": ("contact --authority uudenmaan-liitto --email a@b", "no e-mail address"),
    "an agreement of another authority": ("contact --authority uudenmaan-liitto --agreement LPR", "not funded by"),
    "one answer twice": ("contact --authority uudenmaan-liitto --phone 1 --phone 2", "only once"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line_and_nothing_is_written(case, site, ekograph):
    before = {path: path.read_bytes() for path in site.glob("data/*")}
    arguments, said = REFUSED[case]
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
    done = ekograph("new", "agreement", "--label", "Kouvola", "--place", "Kouvola, Kotka", "--place", "Hamina")
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
