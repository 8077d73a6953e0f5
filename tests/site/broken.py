"""The broken files of tests/site/rules: what each demands, and its text with the fault mended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ekograph import config
from ekograph.validation.check import check
from ekograph.validation.report import Report
from ekograph.validation.sources import collect

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests/site/rules"
_FAULT, _MEND = "# fault", "# mend: "


@dataclass(frozen=True)
class Broken:
    """One file: the rule it breaks, the IRI of the offender ("_:" for any blank node), and rules broken with it."""

    path: Path
    rule: str
    offender: str
    also: frozenset[str]

    def names(self, focus: str | None) -> bool:
        """Whether a result with this focus node names the offender."""
        return focus is not None and (focus.startswith("_:") if self.offender == "_:" else focus == self.offender)


def broken_files() -> list[Broken]:
    """All broken files, in the order of the rules."""
    return [read(path) for path in sorted(FOLDER.glob("*.ttl"))]


def read(path: Path) -> Broken:
    """What the first line demands: `# RULE <offender>`, perhaps `also RULE RULE`."""
    rule, offender, *others = path.read_text().splitlines()[0].removeprefix("# ").split()
    return Broken(path, rule, offender.strip("<>"), frozenset(others[1:]))


def mended(text: str) -> str:
    """The text without the lines that end in `# fault`, and with those that `# mend: ` holds back."""
    lines = (line.removeprefix(_MEND) for line in text.splitlines() if not line.endswith(_FAULT))
    return "\n".join(lines) + "\n"


def checked(path: Path, text: str | None = None, engine: str = "shacl") -> Report:
    """The report of the site with this file, or this text in its place, instead of its data."""
    settings = config.load(ROOT)
    sources = collect(settings, [path])
    if text is not None:
        sources = [each._replace(data=text.encode()) if each.kind == "data" else each for each in sources]
    return check(sources, settings, "en", engine).report
