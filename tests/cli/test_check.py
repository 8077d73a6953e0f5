"""How `ekograph check` ends and where it writes."""

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
    for name in ("ontology", "data", "shapes", "theme"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "ekograph.toml", tmp_path)
    return tmp_path


def run(site: Path, *arguments: str, **given) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=site,
        env={**os.environ, "LC_ALL": "fi_FI.UTF-8", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": ""},
        check=False,
        text=True,
        encoding="utf-8",
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **given},
    )
    return done.returncode, done.stdout, done.stderr


def test_it_ends_with_0_or_1_and_a_fault_is_shown_at_its_line(site):
    assert run(site, "check")[0] == 0
    path = site / "data/contacts.ttl"
    path.write_text(path.read_text().replace("vcard:fn", "vcard:fnn", 1))
    status, output, _ = run(site.parent, "--site", str(site), "check")
    assert status == 1
    assert "data/contacts.ttl:" in output


def test_a_folder_that_is_no_site_is_told_with_status_2(tmp_path):
    assert run(tmp_path, "check")[0] == 2
    assert run(tmp_path, "--site", "none", "check")[0] == 2


def test_what_is_suppressed_is_counted_on_standard_error(site):
    (site / "suppressed.txt").write_text("Hiilineutraali kaupunki\nhttps://w3id.org/ekograph/id/place/lahti\n")
    _, _, error = run(site, "check")
    assert error.count("\n") == 1
    assert error.strip()


def test_the_command_line_is_loaded_fast():
    code = "import time; t = time.process_time(); import ekograph.cli; print(time.process_time() - t)"
    assert min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3)) < 0.04


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
