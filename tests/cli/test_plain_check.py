"""The plain check, which does without what reads options, says and ends as the one with options does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "ekograph"]


@pytest.fixture
def site(tmp_path):
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "ekograph.toml", tmp_path)
    return tmp_path


def run(site: Path, *arguments: str, **given) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=site,
        env={**os.environ, "LC_ALL": "fi_FI.UTF-8", "PYTHONUTF8": "1"},
        check=False,
        text=True,
        encoding="utf-8",
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **given},
    )
    return done.returncode, done.stdout, done.stderr


def test_it_passes_and_fails_as_the_check_with_options_does(site):
    assert run(site, "check") == run(site, "check", "--format", "text") == run(site, "--site", ".", "check")
    path = site / "data/contacts.ttl"
    path.write_text(path.read_text().replace("vcard:fn", "vcard:fnn", 1))
    plain = run(site, "check")
    assert plain == run(site, "check", "--format", "text")
    assert plain[0] == 1
    assert "data/contacts.ttl:" in plain[1]


def test_a_folder_that_is_no_site_is_told_alike(tmp_path):
    assert run(tmp_path, "check") == run(tmp_path, "check", "--format", "text")
    assert run(tmp_path, "--site", "none", "check")[0] == 2


def test_what_is_suppressed_is_counted_on_standard_error(site):
    (site / "suppressed.txt").write_text("Hiilineutraali kaupunki\nhttps://w3id.org/ekograph/id/place/lahti\n")
    assert run(site, "check") == run(site, "check", "--format", "text")


def test_a_reader_that_goes_away_is_no_fault_to_complain_of(site):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        status, _, said = run(site, "check", stdout=writing)
    finally:
        os.close(writing)
    assert (status, said) == (1, "")


def test_a_full_disk_is_told_in_one_line(site):
    with Path("/dev/full").open("w") as full:
        status, _, said = run(site, "check", stdout=full)
    assert status == 2
    assert said.count("\n") == 1
