"""Descriptions that a site does not publish, proposals for one, checked against what it publishes.

A folder `descriptions/NAME` of the site says how: `shapes.ttl` holds the rules, `example.csv`, `example.ttl` and so on
are to be filled in, and `csv.rq` makes RDF of the rows of a table. As a program, this module checks one text after
another for a process that must not be held up or brought down by any of them.
"""

from __future__ import annotations

import csv
import json
import re
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, RdfFormat, Store, Triple, parse, serialize

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rdf.vocab import DCTERMS, OWL, RDFS, SCHEMA, SKOS, TYPE
from ekograph.turtle.lines import Place, decoded
from ekograph.validation import sources
from ekograph.validation.messages import findings_of, shortener
from ekograph.validation.parsing import Parsed, finding_in, parsed
from ekograph.validation.report import Finding, plain
from ekograph.validation.reporters.text import as_object
from ekograph.validation.rules import Texts
from ekograph.validation.rules import rules as rules_of
from ekograph.validation.shacl import engine, results
from ekograph.validation.shacl.prefilter import has_any_predicate, names_in
from ekograph.validation.shacl.shapes import SH, ShapesGraph, ntriples, prefixes
from ekograph.validation.sources import Source, SourceError
from ekograph.validation.suggestions import KnownTerms, known_terms

if TYPE_CHECKING:
    import shacl

FOLDER = "descriptions"

#: Tables are read beside RDF.
CSV = formats.RESULTS_CSV

_NAMES = (f"{SKOS}prefLabel", f"{DCTERMS}title", f"{SCHEMA}name", f"{RDFS}label")
#: A row of a table is named by its line.
_ROW = "row:"


@dataclass(frozen=True)
class Description:
    """One thing described in a text: its IRI or label, its name, its line, and what the rules say of it."""

    id: str
    name: str
    line: int
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """Whether it "fits", "fails", or is left "open" by a warning."""
        severities = {finding.severity for finding in self.findings}
        return "fails" if "Violation" in severities else "open" if "Warning" in severities else "fits"


@dataclass(frozen=True)
class Assessment:
    """What came of the check of a text: its descriptions, or the faults for which it cannot be read."""

    descriptions: Sequence[Description] = ()
    faults: Sequence[Finding] = ()

    def as_json(self) -> dict[str, Any]:
        """The assessment as JSON has it."""
        conforms = not self.faults and all(one.verdict == "fits" for one in self.descriptions)
        keys = ("id", "name", "line", "verdict")
        descriptions = [
            {**{key: getattr(one, key) for key in keys}, "results": list(map(as_object, one.findings))}
            for one in self.descriptions
        ]
        return {"conforms": conforms, "descriptions": descriptions, "faults": list(map(as_object, self.faults))}


@dataclass(frozen=True)
class DescriptionCheck:
    """How descriptions of one kind are checked.

    `shapes` are the rules and `known` what they speak of in the published data, both as N-Triples; `row_query` is a
    CONSTRUCT that is given the cells of each row of a table as variables, named as the columns, and ?row, its IRI.
    """

    name: str
    shapes: str
    known: str
    row_query: str
    columns: Sequence[str]
    base: str
    prefixes: Mapping[str, str]

    def as_json(self) -> bytes:
        """All of it, to be read by the process that checks."""
        return json.dumps(asdict(self)).encode()

    def assess(self, text: bytes, form: formats.Format, language: str, path: Path | None = None) -> Assessment:
        """Check a text in RDF or CSV; `path` is the file it came from."""
        messages = Messages("check", language)
        path = path or Path(f"{self.name}.{form.suffix}")
        source = Source(path, sources.shown(path), "data", "urn:x-description", form, text)
        file = self._table(source, messages) if form == CSV else parsed(source, messages)
        if file.findings:
            return Assessment(faults=file.findings)
        # What is published stays as it is, whatever a text says of it.
        lines = (line for line in file.ntriples.splitlines(keepends=True) if line.split(b" ", 1)[0] not in self._things)
        data = b"".join(lines)
        triples = list(parse(data, RdfFormat.N_TRIPLES))
        described = {quad.subject: None for quad in triples if quad.predicate == TYPE and quad.object in self._targets}
        if not described:
            kinds = ", ".join(sorted(self._show(kind.value) for kind in self._targets))
            message = messages("description-none", kind=kinds)
            return Assessment(faults=[finding_in(source, "syntax", Place(1, 1), message, messages)])
        parts = {str(quad.object): quad.subject for quad in triples if quad.subject in described}
        by_thing: dict[str, list[Finding]] = {plain(thing) or "": [] for thing in described}
        for finding in self._findings(Parsed(source, data, file.prefixes), messages):
            focus = finding.focus_node or ""
            owner = focus if focus in by_thing else plain(parts.get(focus) or parts.get(f"<{focus}>")) or ""
            if owner in by_thing:
                by_thing[owner].append(finding)
        labels = {plain(quad.subject): quad.object.value for quad in reversed(triples) if _is_name(quad)}
        return Assessment([_description(thing, labels, findings) for thing, findings in by_thing.items()])

    def _findings(self, file: Parsed, messages: Messages) -> list[Finding]:
        texts = [self.known.encode(), file.ntriples]
        report = self._rules.validate_text(b"".join(texts).decode(), format="ntriples")
        read = results.read(engine.quads(report, self.shapes, texts), texts, self._graph)
        return findings_of(read, [file], self._names, self._show, messages)

    def _table(self, source: Source, messages: Messages) -> Parsed:
        """The rows of a table as RDF, as the query of the site makes it of them."""
        try:
            rows = list(_rows(decoded(source.data)))
        except (UnicodeDecodeError, csv.Error):
            return _unreadable(source, 1, messages("description-table"), messages)
        header = _header(rows[0][1]) if rows else []
        if unknown := [cell for cell in header if cell not in self.columns or header.count(cell) > 1]:
            columns = ", ".join(self.columns)
            message = messages("description-column", name=", ".join(unknown)[:_LONGEST], columns=columns)
            return _unreadable(source, 1, message, messages)
        values = []
        for line, cells in rows[1:]:
            if any(cell.strip() for cell in cells[len(header) :]):
                message = messages("description-cells", count=len(cells), columns=len(header))
                return _unreadable(source, line, message, messages)
            padded = [*cells, *[""] * len(header)][: len(header)]
            terms = [str(Literal(cell.strip())) if cell.strip() else "UNDEF" for cell in padded]
            values.append(f"(<{_ROW}{line}> {' '.join(terms)})")
        table = f"VALUES (?row {' '.join(f'?{name}' for name in header)}) {{ {' '.join(values)} }}"
        query = re.sub(r"\bWHERE\s*\{", lambda match: f"{match[0]} {table}", self.row_query, count=1)
        answer = self._store.query(query)
        triples: Iterable[Triple] = answer if isinstance(answer, QueryTriples) else ()
        return Parsed(source, serialize(triples, format=RdfFormat.N_TRIPLES) or b"", {})

    @cached_property
    def _graph(self) -> ShapesGraph:
        return ShapesGraph(parse(self.shapes, RdfFormat.N_TRIPLES))

    @cached_property
    def _rules(self) -> shacl.Shapes:
        import shacl

        return shacl.Shapes.from_text(self.shapes, format="ntriples")

    @cached_property
    def _targets(self) -> frozenset[NamedNode]:
        named = (quad.object for quad in self._graph.graph.quads if quad.predicate.value == f"{SH}targetClass")
        return frozenset(node for node in named if isinstance(node, NamedNode))

    @cached_property
    def _things(self) -> frozenset[bytes]:
        """The subjects of what is published, as N-Triples has them."""
        return frozenset(line.split(b" ", 1)[0] for line in self.known.encode().splitlines() if line)

    @cached_property
    def _names(self) -> KnownTerms:
        return KnownTerms(known_terms([self.known.encode()]))

    @cached_property
    def _store(self) -> Store:
        store = Store()
        store.load(self.known.encode(), RdfFormat.N_TRIPLES)
        return store

    @cached_property
    def _show(self) -> Callable[[str], str]:
        return shortener(self.base, self.prefixes)


#: So much of what cannot be used is repeated.
_LONGEST = 80


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the lines where they begin; commas, semicolons or tabs part the cells."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader, line = csv.reader(StringIO(text), delimiter=delimiter, strict=True), 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _header(cells: Sequence[str]) -> list[str]:
    """The names of the columns, as names of variables, without empty ones at the end."""
    names = [re.sub(r"\W", "_", cell.strip().casefold()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _unreadable(source: Source, line: int, message: str, messages: Messages) -> Parsed:
    return Parsed(source, b"", {}, (finding_in(source, "syntax", Place(line, 1), message, messages),))


def _is_name(quad: Quad) -> bool:
    return quad.predicate.value in _NAMES and isinstance(quad.object, Literal)


def _description(thing: str, labels: Mapping[str | None, str], findings: Sequence[Finding]) -> Description:
    """A description with what was found; the line of a row is in its name."""
    row = thing.removeprefix(_ROW)
    line = int(row) if row != thing and row.isdecimal() else min((finding.line for finding in findings), default=1)
    placed = [finding._replace(line=line, column=1) if row != thing else finding for finding in findings]
    order = ("Violation", "Warning", "Info")
    placed.sort(key=lambda finding: (order.index(finding.severity), finding.rule, finding.message))
    return Description(thing, labels.get(thing, thing), line, tuple(dict.fromkeys(placed)))


def names(root: Path) -> list[str]:
    """The kinds of descriptions that the site in a folder can check."""
    return sorted(path.parent.name for path in root.glob(f"{FOLDER}/*/shapes.ttl"))


def about(settings: Settings, name: str) -> tuple[Texts, Texts, list[tuple[str, Texts, Texts]]]:
    """The title and the lead of one kind of description, and of its rules id, name and reason. Raises SourceError."""
    shapes = _shapes(settings, name)
    head = shapes.graph.instances(f"{OWL}Ontology")

    def texts(predicate: str) -> Texts:
        values = (text for node in head for text in shapes.graph.objects(node, predicate))
        return {text.language or "": text.value for text in values if isinstance(text, Literal)}

    # The rules of the check itself have no messages.
    stated = [(rule.id, rule.name, rule.reason) for rule in rules_of(shapes) if rule.messages]
    return texts(f"{DCTERMS}title"), texts(f"{DCTERMS}description"), stated


def read(settings: Settings, name: str, published: Iterable[Quad], shown: Mapping[str, str]) -> DescriptionCheck:
    """How one kind of description is checked beside `published`, told with the prefixes `shown`. Raises SourceError."""
    folder, shapes = settings.root / FOLDER / name, _shapes(settings, name)
    query = folder / "csv.rq"
    row_query = query.read_text(encoding="utf-8") if query.is_file() else ""
    # A table could have another server asked through it.
    if re.search(r"\bSERVICE\b", row_query, re.IGNORECASE):
        raise SourceError("unusable-description", query, reason="SERVICE")
    example = folder / "example.csv"
    columns = next(_rows(decoded(example.read_bytes())), (1, []))[1] if row_query and example.is_file() else []
    known = list(_spoken_of(published, shapes, row_query))
    text = (serialize(dict.fromkeys(known), format=RdfFormat.N_TRIPLES) or b"").decode()
    rules = ntriples(shapes.runnable.quads)
    return DescriptionCheck(name, rules, text, row_query, _header(columns), settings.base, dict(shown))


def _shapes(settings: Settings, name: str) -> ShapesGraph:
    path = settings.root / FOLDER / name / "shapes.ttl"
    file = parsed(sources.read(path, "shapes", settings), Messages("check", "en"))
    shapes = ShapesGraph(file.quads, file.prefixes)
    faults = [finding.message for finding in file.findings]
    faults = faults or [str(error) for error in shapes.unreadable_queries.values()]
    if faults:
        raise SourceError("unusable-description", path, reason=faults[0])
    return shapes


def _spoken_of(published: Iterable[Quad], shapes: ShapesGraph, row_query: str) -> Iterator[Triple]:
    """The triples of the properties, and of types the classes, that shapes and query name."""
    terms = {quad.object.value for quad in shapes.graph.quads if isinstance(quad.object, NamedNode)}
    queries = [row_query]
    for quad in shapes.runnable.quads:
        if quad.predicate.value in {f"{SH}select", f"{SH}ask"} and isinstance(quad.object, Literal):
            declared = prefixes(quad.subject, shapes.graph).items()
            queries.append("".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in declared) + quad.object.value)
    everything = any(has_any_predicate(query) for query in queries if query)
    terms |= {f"{RDFS}subClassOf", *(name for query in queries for name in names_in(query))}
    for quad in published:
        typed = quad.predicate == TYPE and isinstance(quad.object, NamedNode) and quad.object.value in terms
        if everything or typed or (quad.predicate != TYPE and quad.predicate.value in terms):
            yield quad.triple


def form_of(text: bytes, media_type: str = "", file_name: str = "") -> formats.Format:
    """The format of a text: as its media type or its file says, else as it begins."""
    for form in (*formats.RDF, CSV):
        if media_type in (form.media_type, *form.aliases) or file_name.casefold().endswith(f".{form.suffix}"):
            return form
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()[:1000]
    if start[:1] in {b"{", b"["}:
        return formats.JSON_LD
    if start.startswith((b"<?xml", b"<rdf:")):
        return formats.RDF_XML
    first = start.partition(b"\n")[0]
    is_turtle = first[:1] in {b"@", b"<", b"#", b"_"} or first[:7].upper() == b"PREFIX " or b":" in first
    return formats.TURTLE if is_turtle else CSV


def main() -> None:
    """Check texts for the process at the other end of standard input, a line of JSON each, until that has gone.

    The first line has the check and the limits. A text that takes longer ends the process by SIGALRM.
    """
    start = json.loads(sys.stdin.buffer.readline())
    check = DescriptionCheck(**start["check"])
    resource.setrlimit(resource.RLIMIT_DATA, (start["memory"], start["memory"]))
    for line in sys.stdin.buffer:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, start["seconds"])
        text = request["text"].encode("latin-1")
        assessment = check.assess(text, form_of(text, request["type"], request["file"]), request["language"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.buffer.write(json.dumps(assessment.as_json()).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
