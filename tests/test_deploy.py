"""The files for deployment, as far as they can be tried without a container or a boot."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from tests.conftest import ROOT, ekograph

from ekograph.config import Settings

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
UNIT = (ROOT / "deploy/ekograph.service").read_text()
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def instructions():
    """The instructions of the Dockerfile and their arguments."""
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(" ", 1)) for line in lines]


def test_the_image_is_made_of_instructions_that_there_are():
    assert {name for name, _ in instructions()} <= KNOWN
    assert [name for name, _ in instructions()].index("FROM") == 0


def test_what_the_image_copies_is_in_the_repository():
    sources = [each for name, text in instructions() if name == "COPY" for each in shlex.split(text)[:-1]]
    assert {"src", "data", "shapes"} <= set(sources)
    for each in sources:
        assert each.startswith(("--from=", "/srv/")) or (ROOT / each).exists(), each


def test_what_one_part_of_the_image_takes_from_another_is_made_there():
    stages = [text.rpartition(" AS ")[2] for name, text in instructions() if name == "FROM" and " AS " in text]
    taken = re.findall(r"--from=(\S+)", DOCKERFILE)
    assert taken == stages
    package = json.loads((ROOT / "package.json").read_text())
    assert "--outdir=src/ekograph/rendering/static/built" in package["scripts"]["build"]


def test_the_check_of_its_health_finds_a_server_healthy_and_none_ill(server):
    (command,) = [json.loads(text.removeprefix("CMD ")) for name, text in instructions() if name == "HEALTHCHECK"]
    code = command[2].replace("http://127.0.0.1:8000", server.url)
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
    code = command[2].replace("http://127.0.0.1:8000", "http://127.0.0.1:1")
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60, capture_output=True)
    assert done.returncode == 1


def test_a_server_on_all_addresses_gives_one_that_can_be_asked():
    for host in ("0.0.0.0", "::"):  # noqa: S104 - nothing is bound
        assert Settings(ROOT, host=host, port=8000).address == "http://localhost:8000"
    assert Settings(ROOT, host="::1", port=8000).address == "http://[::1]:8000"


def test_the_image_holds_every_folder_that_a_site_is_made_of():
    copied = DOCKERFILE.split()
    for folder in ("ontology", "data", "shapes", "queries", "theme", "ekograph.toml"):
        assert folder in copied


@pytest.mark.parametrize("text", [DOCKERFILE, UNIT], ids=["Dockerfile", "unit"])
def test_the_commands_have_the_options_they_are_given(text):
    told = ekograph("serve", "--help").stdout
    options = set(re.findall(r"--(?:host|port)\b", text))
    assert options
    assert all(option in told for option in options)


def test_systemd_takes_the_unit(tmp_path):
    program = shutil.which("systemd-analyze") or pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "ekograph.service"
    # The program itself is not installed where the unit says.
    unit.write_text(re.sub(r"(?<=^ExecStart=)\S+", "/bin/true", UNIT, flags=re.MULTILINE))
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
