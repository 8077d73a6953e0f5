"""What is on the suppression list is published no more, neither now nor in anything that was kept."""

import pytest
from tests.publish.conftest import DATA

from ekograph.snapshots.repository import SnapshotRepository

pytestmark = pytest.mark.long

#: A thing, and a text; each is told of in the data.
ELM = "https://example.org/id/tree/elm"
WORDS = 'the "old" name'
TOLD = (
    DATA + f"<tree/elm> a :Tree ; skos:prefLabel 'elm'@en ; skos:note '{WORDS}' . <tree/oak> skos:related <tree/elm> ."
)


def everything(folder):
    """All that the shelf holds, decompressed where the entry could hide."""
    for path in folder.shelf.rglob("*"):
        if path.is_file() and not path.name.endswith((".gz", ".zip")):
            yield path.read_bytes()


@pytest.fixture
def published(folder):
    folder.write("data/trees.ttl", TOLD)
    assert folder.run("publish").returncode == 0
    folder.write("data/trees.ttl", TOLD.replace('"oak"@en', '"common oak"@en'))
    assert folder.run("publish").returncode == 0
    assert len(SnapshotRepository(folder.shelf).history()) == 2
    return folder


@pytest.mark.parametrize("entry", [ELM, WORDS])
def test_what_is_listed_leaves_the_new_version_and_all_that_was_kept(published, entry):
    published.write("suppressed.txt", f"# asked for on 24 November\n\n{entry}\n")
    done = published.run("publish")
    assert done.returncode == 0, done.stdout
    forms = [entry.encode(), entry.replace('"', '\\"').encode(), entry.replace('"', "&#34;").encode()]
    assert not [form for content in everything(published) for form in forms if form in content]
    assert len(SnapshotRepository(published.shelf).history()) == 1
    assert len([each for each in published.shelf.iterdir() if each.is_dir() and not each.is_symlink()]) == 1


def test_the_next_edit_cannot_bring_it_back(published):
    published.write("suppressed.txt", ELM)
    published.run("publish")
    published.write("data/more.ttl", f"<{ELM}> <https://example.org/def#p> 'again' . <{ELM}x> a <https://e.org/C> .")
    assert published.run("publish").returncode == 0
    assert b"again" not in SnapshotRepository(published.shelf).current().dataset.read_bytes()
    assert f"<{ELM}x>".encode() in SnapshotRepository(published.shelf).current().dataset.read_bytes()


def test_what_is_then_missing_is_told_by_the_check(published):
    before = SnapshotRepository(published.shelf).current_name()
    published.write("suppressed.txt", "elm")
    done = published.run("publish")
    assert done.returncode == 1
    assert "[T01]" in done.stdout
    assert SnapshotRepository(published.shelf).current_name() == before
    assert published.run("check").returncode == 1


def test_an_entry_that_was_never_told_of_keeps_the_history(published):
    before = SnapshotRepository(published.shelf).history()
    published.write("suppressed.txt", "https://example.org/id/tree/none")
    assert published.run("publish").returncode == 0
    assert SnapshotRepository(published.shelf).history()[:2] == before


def test_a_list_that_nobody_can_read_is_one_line(published):
    published.write("suppressed.txt", b"\xff")
    for command in ("check", "publish"):
        done = published.run(command)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "suppressed.txt" in done.stderr


NESTED = (
    DATA
    + "<tree/elm> a :Tree ; skos:prefLabel 'elm'@en ; skos:note [ skos:note [ skos:note 'private' ] ], _:shared . "
    + "<tree/oak> skos:note _:shared . _:shared skos:note 'open' . "
    + "<tree/elm> skos:note _:a . _:a skos:note _:b . _:b skos:note _:a, 'round' ."
)


def test_what_only_a_listed_thing_led_to_goes_with_it(folder):
    folder.write("data/trees.ttl", NESTED)
    folder.write("suppressed.txt", ELM)
    assert folder.run("publish").returncode == 0
    dataset = SnapshotRepository(folder.shelf).current().dataset.read_text()
    assert "private" not in dataset
    assert "round" not in dataset
    assert '"open"' in dataset
    assert "in a note" in dataset


@pytest.mark.parametrize("command", ["check", "publish"])
def test_how_much_was_left_out_is_said_in_a_line(folder, command):
    folder.write("data/trees.ttl", TOLD)
    done = folder.run(command)
    assert "statements" not in done.stderr
    folder.write("suppressed.txt", f"{ELM}\n")
    done = folder.run(command)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("4 statements")
    folder.write("suppressed.txt", f"{WORDS}\n")
    assert folder.run(command, "--lang", "sv").stderr.startswith("Ett påstående")
