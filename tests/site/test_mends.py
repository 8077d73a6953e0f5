"""A slip that a rule of the site has one right answer for is put right by `ekograph check --fix`, to the byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import ROOT

from ekograph.cli.options import group

LAHTI = "data/agreement-lahti.ttl"
LAPPEENRANTA = "data/agreement-lappeenranta.ttl"

#: The rule that tells of it, the file, what stands there, and the slip.
SLIPS = [
    ("C03", LAHTI, '"LAHTI.1.2"', '"LAHTI.1.3"'),
    ("C03", LAHTI, '"LAHTI.2.1"', '"LAHTI.1.7"'),
    ("C05", LAHTI, '"LAHTI.1.2" ;\n    eko:displayOrder 2', '"LAHTI.1.2" ;\n    eko:displayOrder 1'),
    ("C05", LAHTI, '"LAHTI.2" ;\n    eko:displayOrder  2', '"LAHTI.2" ;\n    eko:displayOrder  1'),
    ("C06", LAPPEENRANTA, '"LPR.1.1" ;\n    eko:displayOrder 1', '"LPR.1.1" ;\n    eko:displayOrder 7'),
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "ekograph.toml", tmp_path)
    for folder in ("data", "ontology", "shapes", "theme"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def check(site: Path, *options: str):
    return CliRunner().invoke(group, ["--site", str(site), "check", *options])


@pytest.mark.parametrize(("rule", "file", "right", "slip"), SLIPS)
def test_a_slip_with_one_right_answer_is_mended(site: Path, rule: str, file: str, right: str, slip: str):
    before = (site / file).read_text(encoding="utf-8")
    assert before.count(right) == 1
    (site / file).write_text(before.replace(right, slip), encoding="utf-8")
    assert f"[{rule}]" in check(site).output
    result = check(site, "--fix")
    assert result.exit_code == 0, result.output
    assert (site / file).read_text(encoding="utf-8") == before


def test_two_numbers_that_changed_places_are_left_to_the_editor(site: Path):
    text = (site / LAHTI).read_text(encoding="utf-8")
    first, second = '"LAHTI.1.1" ;\n    eko:displayOrder 1', '"LAHTI.1.2" ;\n    eko:displayOrder 2'
    assert first in text
    assert second in text
    swapped = text.replace(first, first[:-1] + "2").replace(second, second[:-1] + "1")
    (site / LAHTI).write_text(swapped, encoding="utf-8")
    result = check(site, "--fix")
    assert result.exit_code == 1, result.output
    assert "[C03]" in result.output
