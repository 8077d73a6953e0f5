"""A snapshot says who published it, when, from which commit, with which program and packages."""

import hashlib
import re
import subprocess

import pyoxigraph as ox
import pytest

PROV = "http://www.w3.org/ns/prov#"


def git(folder, *arguments):
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder.root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def published(folder) -> tuple[str, ox.Store]:
    assert folder.run("publish").returncode == 0
    text = (folder.current / "provenance.ttl").read_text()
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    return text, store


@pytest.mark.parametrize("packed", [False, True])
def test_commit_packages_program_and_time_stand_in_the_snapshot(folder, packed):
    git(folder, "init", "-q")
    folder.write("requirements.lock", "some==1\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "trees")
    if packed:
        git(folder, "pack-refs", "--all")
    text, store = published(folder)
    used = {quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode(f"{PROV}used"), None)}
    assert f"urn:git:{git(folder, 'rev-parse', 'HEAD')}" in used
    assert f"urn:sha256:{hashlib.sha256(b'some==1' + bytes([10])).hexdigest()}" in used
    assert len(used) == 3
    assert re.search(r"ekograph \d", text)
    times = [quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode(f"{PROV}endedAtTime"), None)]
    assert times == re.findall(r'"published": "(.*?)"', (folder.current / "manifest.json").read_text())
    assert '"provenance.ttl"' in (folder.current / "manifest.json").read_text()


def test_without_a_commit_the_rest_is_there(folder):
    _, store = published(folder)
    assert len(list(store.quads_for_pattern(None, ox.NamedNode(f"{PROV}wasAssociatedWith"), None))) == 2
