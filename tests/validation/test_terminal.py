"""What a terminal is shown, and what a pipe is spared."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner
from tests.validation.test_check import HEAD

from ekograph.cli.options import group


def at_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal, output and errors alike."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ekograph", *arguments],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", **environment},
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # Linux: how a terminal says that the other side has closed it
        pass
    finally:
        os.close(ours)
        process.wait()
    return said.decode()


@pytest.fixture
def broken(site):
    (site / "data/things.ttl").write_text(HEAD + "<a> a ex:Thing .")
    return site


@pytest.mark.parametrize(
    ("language", "step"), [("fi", "Luetaan tiedostoja…"), ("sv", "Filerna läses…"), ("en", "Reading the files…")]
)
def test_a_terminal_shows_what_is_being_done_and_then_clears_it(language, step, broken):
    said = at_a_terminal("check", "--lang", language)
    assert f"\r\033[K{step}" in said
    assert said.index(step) < said.index("\r\033[K\033[1mdata/things.ttl")


def test_a_terminal_is_shown_colours_unless_it_wants_none(broken):
    assert "\033[31m[A01]" in at_a_terminal("check")
    assert "[31m" not in at_a_terminal("check", NO_COLOR="1")
    assert "[31m" not in at_a_terminal("check", TERM="dumb")


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_pipe_is_given_the_report_alone(command, broken):
    done = subprocess.run([sys.executable, "-m", "ekograph", command], capture_output=True, text=True, check=False)
    assert "\033" not in done.stdout
    assert "\r" not in done.stdout
    assert done.stderr == ""


def test_a_misspelt_command_gets_the_right_one(site):
    done = subprocess.run([sys.executable, "-m", "ekograph", "chekc"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("There is no command chekc. Did you mean check?\n")


def test_many_findings_are_one_line_for_each_property_with_its_name_as_people_write_it(tmp_path):
    (tmp_path / "shapes").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "shapes/shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .\n"
        "ex:A a sh:NodeShape ; sh:targetClass ex:Tree ;\n"
        "    sh:property [ sh:path <http://www.w3.org/2000/01/rdf-schema#label> ; sh:minCount 1 ] ,\n"
        "        [ sh:path <http://www.w3.org/2004/02/skos/core#notation> ; sh:nodeKind sh:IRI ] .\n"
    )
    trees = "".join(f'ex:t{n} a ex:Tree ; <http://www.w3.org/2004/02/skos/core#notation> "{n}" .\n' for n in range(60))
    (tmp_path / "data/data.ttl").write_text(f"@prefix ex: <https://example.org/> .\n{trees}")
    output = CliRunner().invoke(group, ["--site", str(tmp_path), "check", "--lang", "en"]).stdout
    assert len([line for line in output.splitlines() if ": [A] " in line]) == 2
    assert output.count("and 59 more of A") == 2
    assert "(rdfs:label)" in output
