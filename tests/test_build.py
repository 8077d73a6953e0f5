"""What is built of the project: a wheel that is whole, or none."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path):
    """The files of a clean clone that a build reads."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "built"))
    return tmp_path


def build(clone: Path, hook: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, 'deploy'); import backend; print(backend.{hook}('.'))"
    return subprocess.run([sys.executable, "-c", code], cwd=clone, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_without_the_query_editor_nothing_is_built_and_a_sentence_says_what_to_do(clone, hook):
    built = build(clone, hook)
    assert built.returncode == 1
    assert "npm run build" in built.stderr
    assert "Traceback" not in built.stderr
    assert not list(clone.glob("*.whl")) + list(clone.glob("*.tar.gz"))


def test_a_wheel_holds_the_query_editor_and_says_that_it_is_typed(clone):
    (static,) = (path for path in (clone / "src").rglob("static") if (path / "style.css").is_file())
    (static / "built").mkdir()
    for name in ("editor.js", "editor.css"):
        (static / "built" / name).write_text("/* built */")
    assert build(clone, "build_wheel").returncode == 0
    (wheel,) = clone.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert "ekograph/py.typed" in names
    assert [name for name in names if name.endswith("static/built/editor.js")]
