"""Publishing the site gives the same bytes wherever it runs, but for the times in what is printed."""

from __future__ import annotations

from tests.conftest import ekograph


def test_the_search_index_and_the_dumps_do_not_depend_on_the_seed_of_hashes(tmp_path):
    files = []
    for seed in ("1", "2"):
        done = ekograph("publish", EKOGRAPH_SNAPSHOTS=str(tmp_path / seed), PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stdout + done.stderr
        current = (tmp_path / seed / "current").resolve()
        kept = ["search.sqlite", *(f"dumps/{path.name}" for path in (current / "dumps").iterdir() if path.is_file())]
        files.append({name: (current / name).read_bytes() for name in sorted(kept)})
    assert files[0].keys() == files[1].keys()
    assert "search.sqlite" in files[0]
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []
