"""SHACL validation by either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from pyoxigraph import Quad, RdfFormat, parse

from ekograph.authoring import splitting
from ekograph.authoring.canonical import triples
from ekograph.authoring.later import Later
from ekograph.authoring.shapes import ShapesError, ShapesGraph, ntriples

if TYPE_CHECKING:
    import shacl

    from ekograph.authoring.findings import Finding

ENGINES = ("shacl", "pyshacl")
#: From this size of the data on, in bytes, it pays to ask which rules the engine can be spared, and to let it read the
#: data from a file.
_LARGE = 2_000_000


#: What the fast engine told, of which rules, and of what data, as it had read them: N-Triples.
Told: TypeAlias = "tuple[shacl.Report, str, Iterable[str]]"


def findings(nquads: bytes, shapes: ShapesGraph, engine: str, large_from: int = _LARGE) -> list[Finding]:
    """What the engine finds in `nquads`, which are canonical and of named graphs. Raises ShapesError."""
    return begun(nquads, shapes, engine, large_from)()


def begun(nquads: bytes, shapes: ShapesGraph, engine: str, large_from: int = _LARGE) -> Callable[[], list[Finding]]:
    """Begin what `findings` does, and return what waits for its outcome: the fast engine works beside Python."""
    if engine == "pyshacl":
        from ekograph.authoring import reference

        data = parse(b"".join(triples(nquads)), RdfFormat.N_TRIPLES)
        return lambda: _read([reference.report(data, shapes)], nquads, shapes)
    try:
        reports = (_begun_on_file if len(nquads) >= large_from else _begun_on_text)(nquads, shapes)
    except ValueError as error:
        # Told only when it is asked for: before that comes what the check itself has to say of the rules.
        return partial(_refuse, error)
    return partial(_outcome, reports, nquads, shapes)


def _begun_on_text(nquads: bytes, shapes: ShapesGraph) -> Callable[[], Iterable[Told]]:
    """The fast engine on half of the rules each in two threads. Raises ValueError, as what is returned does.

    The threads only run the engine: for each step in Python they would wait up to 5 ms until the check lets them in.
    """
    import shacl

    text = b"".join(triples(nquads)).decode()
    parts = [ntriples(part) for part in splitting.halves(shapes.graph)]
    compiled = [shacl.Shapes.from_text(part, format="ntriples") for part in parts]
    running = [Later(partial(each.validate_text, text, format="ntriples")) for each in compiled]
    return lambda: ((each.outcome(), part, [text]) for each, part in zip(running, parts, strict=True))


def _begun_on_file(nquads: bytes, shapes: ShapesGraph) -> Callable[[], Iterable[Told]]:
    """The same on large data, without the rules that would take the engine long and find nothing.

    Python holds no copy of the data.
    """
    return Later(partial(_of_file, nquads, shapes)).outcome


def _of_file(nquads: bytes, shapes: ShapesGraph) -> list[Told]:
    from tempfile import NamedTemporaryFile

    from ekograph.authoring import screening

    with NamedTemporaryFile(suffix=".nt") as file:
        file.writelines(triples(nquads))
        file.flush()
        needed = ShapesGraph(screening.needed(shapes, Path(file.name)))
        parts = [ntriples(part) for part in splitting.halves(needed.graph)]
        running = [Later(partial(_validated, part, file.name)) for part in parts]
        return [(each.outcome(), part, _texts(nquads)) for each, part in zip(running, parts, strict=True)]


def _validated(rules: str, path: str) -> shacl.Report:
    import shacl

    return shacl.Shapes.from_text(rules, format="ntriples").validate_file(path)


def _texts(nquads: bytes) -> Iterator[str]:
    return (part.decode() for part in triples(nquads))


def _outcome(reports: Callable[[], Iterable[Told]], nquads: bytes, shapes: ShapesGraph) -> list[Finding]:
    try:
        told = list(reports())
    except ValueError as error:
        _refuse(error)
    told = [each for each in told if each[0].results]
    if not told:
        return []
    from ekograph.authoring.reports import quads

    return _read(starmap(quads, told), nquads, shapes)


def _refuse(error: ValueError) -> NoReturn:
    raise ShapesError(str(error)) from error


def _read(reports: Iterable[Sequence[Quad]], nquads: bytes, shapes: ShapesGraph) -> list[Finding]:
    from ekograph.authoring.findings import read

    return [each for report in reports for each in read(report, nquads, shapes)]
