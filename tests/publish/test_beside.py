"""Work beside the rest is done at its end, and given up when the rest fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from ekograph.publish.beside import beside


def test_the_work_is_done_when_the_body_has_ended(tmp_path: Path) -> None:
    with beside((tmp_path / "made").touch):
        assert not (tmp_path / "made").exists()
    assert (tmp_path / "made").exists()


def test_a_failure_of_the_body_gives_the_work_up(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="body"), beside((tmp_path / "made").touch):
        raise ValueError("body")
    assert not (tmp_path / "made").exists()
