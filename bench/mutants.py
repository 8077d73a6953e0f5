"""Breaks conditions of the code one at a time, and shows which of them no test notices.

Run as `python -m bench.mutants --number 60 --seed 1`, or `make mutants`. Each mutant lives in a copy of the repository,
whose tests run from those nearest to the changed file to those that go through the whole program. A mutant that makes a
test fail or hang is noticed; the others are printed, for a person to judge: some mean the same as the code.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_SWAPPED = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}

#: Tests that need what a copy lacks, or tell of the repository and not of the program.
_LEFT_OUT = (
    "browser",
    "clients",
    "conformance",
    "html",
    "scale",
    "test_bench",
    "test_build",
    "test_deploy",
    "test_docs",
)

#: Seconds that the tests of one mutant may take: those near the file, and the others.
_NEAR, _FAR = 300, 900


@dataclass(frozen=True)
class Mutant:
    """A change of one place: the file below the repository, its line, and its new text."""

    path: Path
    line: int
    change: str
    text: str


def mutants(path: Path) -> Iterator[Mutant]:
    """All changes of one file: comparisons and connectives swapped, tests of `if` and `while` turned round."""
    text = path.read_text(encoding="utf-8")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    data = text.encode()

    def at(line: int, column: int) -> int:
        return starts[line - 1] + column

    def changed(node: ast.expr, start: int, end: int, new: str) -> Mutant:
        old = data[start:end].decode()
        result = (data[:start] + new.encode() + data[end:]).decode()
        return Mutant(
            path.relative_to(ROOT), node.lineno, f"{' '.join(old.split())} -> {' '.join(new.split())}", result
        )

    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            for left, right, operator in zip(operands, operands[1:], node.ops, strict=False):
                start, end = at(left.end_lineno or 0, left.end_col_offset or 0), at(right.lineno, right.col_offset)
                old, new = _SWAPPED[type(operator)]
                spelling = r"\s+".join(old.split())
                pattern = rf"(?<![<>=!\w]){spelling}(?![<>=\w])"
                yield changed(node, start, end, re.sub(pattern, new, data[start:end].decode(), count=1))
        elif isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                start, end = at(left.end_lineno or 0, left.end_col_offset or 0), at(right.lineno, right.col_offset)
                yield changed(node, start, end, re.sub(rf"\b{old}\b", new, data[start:end].decode(), count=1))
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            test = node.test
            start = at(test.lineno, test.col_offset)
            end = at(test.end_lineno or 0, test.end_col_offset or 0)
            yield changed(test, start, end, f"(not ({data[start:end].decode()}))")


def chosen(number: int, seed: int) -> list[Mutant]:
    """So many mutants of the whole package, the same for the same sources and seed."""
    every = [mutant for path in sorted((ROOT / "src" / "ekograph").rglob("*.py")) for mutant in mutants(path)]
    valid = [mutant for mutant in every if mutant.text != (ROOT / mutant.path).read_text(encoding="utf-8")]
    picked: list[Mutant] = random.Random(seed).sample(valid, number)  # noqa: S311 - nothing secret
    for mutant in picked:
        ast.parse(mutant.text)
    return picked


def near_tests(path: Path) -> list[str]:
    """The test files named after the changed module, those that import it or its users beside it, and its folder's."""
    module = ".".join(path.relative_to("src").with_suffix("").parts).removesuffix(".__init__")
    neighbours = {module}
    for other in (ROOT / path).parent.glob("*.py"):
        name = ".".join(other.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        if _imports(other, module):
            neighbours.add(name)
    tests = [test for test in sorted((ROOT / "tests").rglob("test_*.py")) if not _is_left_out(test)]
    naming = [test for test in tests if path.stem in test.stem or any(_imports(test, name) for name in neighbours)]
    folder = ROOT / "tests" / path.parts[2]
    beside = [test for test in tests if test.is_relative_to(folder) and test not in naming]
    return [str(test.relative_to(ROOT)) for test in (*naming, *beside)]


def _imports(path: Path, module: str) -> bool:
    package, _, name = module.rpartition(".")
    text = path.read_text(encoding="utf-8")
    pattern = rf"{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{re.escape(name)}\b"
    return re.search(pattern, text) is not None


def _is_left_out(test: Path) -> bool:
    parts = (*test.relative_to(ROOT / "tests").parent.parts, test.stem)
    return any(part in _LEFT_OUT for part in parts)


class Copy:
    """A copy of the repository with an interpreter of its own, which imports the package from the copy."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "copy"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        built = [str(path.relative_to(ROOT)) for path in ROOT.glob("src/ekograph/*/static/built/*")]
        for name in [*filter(None, listed.stdout.split("\0")), *built]:
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        self._failing: list[str] = []
        venv.create(folder / "env", symlinks=True)
        self.python = folder / "env" / "bin" / "python"
        for script in Path(sysconfig.get_path("scripts")).iterdir():
            if script.name != "ekograph" and not (self.python.parent / script.name).exists():
                (self.python.parent / script.name).symlink_to(script)
        packages = next((folder / "env" / "lib").iterdir()) / "site-packages"
        lines = [str(self.root / "src"), sysconfig.get_path("purelib")]
        (packages / "copy.pth").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def verdict(self, mutant: Mutant, *, near_only: bool) -> str:
        """What noticed the mutant; "" when nothing did."""
        path = self.root / mutant.path
        left_out = [f"--ignore=tests/{name}{'.py' if name[:5] == 'test_' else ''}" for name in _LEFT_OUT]
        for arguments, seconds in [
            (near_tests(mutant.path), _NEAR),
            *([] if near_only else [([*left_out, "tests"], _FAR)]),
        ]:
            while arguments:
                path.write_text(mutant.text, encoding="utf-8")
                verdict = self._failure(arguments, seconds)
                shutil.copy2(ROOT / mutant.path, path)
                if not verdict:
                    break
                test = verdict.partition("[")[0]
                if "::" not in test or not self._failure([test], seconds):
                    return verdict
                # It fails without the mutant too: here, or on this machine as busy as it is.
                self._failing.append(test)
        return ""

    def _failure(self, arguments: list[str], seconds: int) -> str:
        options = ["-x", "-p", "no:cacheprovider", "--timeout=60", *(f"--deselect={test}" for test in self._failing)]
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                [str(self.python), "-m", "pytest", *options, *arguments, "-n", "2", "--dist", "loadfile"],
                cwd=self.root,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return "too slow"
            output.seek(0)
            text = output.read()
        if status in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            return ""
        failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", text, re.MULTILINE)
        return failed[1] if failed else text.strip().splitlines()[-1][:100]


def main() -> None:
    """Run the mutants and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and sources give the same mutants")
    parser.add_argument("--first", type=int, default=0, help="the number of the first to run, from 0")
    parser.add_argument("--last", type=int, default=None, help="the number of the last to run")
    parser.add_argument("--near", action="store_true", help="run only the tests near each changed file")
    parser.add_argument("--list", action="store_true", help="show the mutants and run nothing")
    options = parser.parse_args()
    numbered = list(enumerate(chosen(options.number, options.seed)))
    last = options.number - 1 if options.last is None else options.last
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = None if options.list else Copy(Path(folder))
        for number, mutant in numbered[options.first : last + 1]:
            start = time.monotonic()
            verdict = copy.verdict(mutant, near_only=options.near) if copy else "-"
            survivors += not verdict
            seconds = time.monotonic() - start
            text = (
                f"{number:3} {mutant.path}:{mutant.line} {mutant.change}: {verdict or 'SURVIVED'} ({seconds:.0f} s)\n"
            )
            sys.stdout.write(text)
            sys.stdout.flush()
    sys.stdout.write(f"{survivors} survived\n")


if __name__ == "__main__":
    main()
