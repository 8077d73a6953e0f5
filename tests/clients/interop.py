"""What becomes of values and constraints elsewhere; writes docs/interop.md: `make interop`.

Each value is written by the site's own writers in each format, read by each tool, and compared as it comes out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse

from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.rendering.rdf_writers import WRITERS, expressible, n_triples, rdf

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PAGE = ROOT / "docs/interop.md"

BASE = "https://example.org/"
S, P = NamedNode(f"{BASE}s"), NamedNode(f"{BASE}p")
PREFIXES = {
    "ex": BASE,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_XSD, _RDF = PREFIXES["xsd"], PREFIXES["rdf"]


def typed(kind: str, *texts: str) -> dict[str, str]:
    """Literals of a datatype of XML Schema."""
    return {f"xsd:{kind} {text}": f'"{text}"^^<{_XSD}{kind}>' for text in texts}


#: The objects, as N-Triples, by what they are.
VALUES: dict[str, str] = {
    "text": '"a"',
    "empty text": '""',
    "quotation marks, backslash": r'"a\"b\\c"',
    "line feed": r'"a\nb"',
    "carriage return": r'"a\rb"',
    "tab": r'"a\tb"',
    "spaces around": '"  a  "',
    "U+0085": r'"a\u0085b"',
    "beyond the first plane": '"\U0001d518\U0001f600"',
    "combining accent (NFD)": r'"e\u0301"',
    "marks of direction": r'"a\u200Fb"',
    "markup": '"<b>&amp;</b>"',
    "two languages": '"a"@fi',
    "tag with region": '"a"@en-GB',
    "tag in capitals": '"a"@EN',
    "tag with script": '"a"@sr-Latn',
    "private tag": '"a"@x-own',
    **typed("integer", "1", "+1", "007", "-0", "12345678901234567890"),
    **typed("decimal", "1.10", "0.0", "1"),
    **typed("double", "1.0E0", "1E3", "INF", "NaN"),
    **typed("float", "1.5"),
    **typed("boolean", "true", "1"),
    **typed("date", "2021-02-09", "2021-02-09Z", "2021-02-09+02:00"),
    **typed("dateTime", "2021-02-09T12:00:00Z", "2021-02-09T12:00:00.120Z", "2021-02-09T12:00:00"),
    **typed("time", "13:20:00Z"),
    **typed("gYear", "2021", "2021Z"),
    **typed("gYearMonth", "2021-02"),
    **typed("duration", "P1Y2M"),
    **typed("dayTimeDuration", "PT36H"),
    **typed("hexBinary", "0aFF"),
    **typed("base64Binary", "AQID"),
    **typed("anyURI", "https://example.org/a"),
    "not a number: xsd:integer abc": f'"abc"^^<{_XSD}integer>',
    "datatype of one's own": f'"a"^^<{BASE}type>',
    "rdf:HTML": f'"<p>a</p>"^^<{_RDF}HTML>',
    "rdf:XMLLiteral": f'"<a xmlns=\\"urn:x\\"/>"^^<{_RDF}XMLLiteral>',
    "rdf:JSON": f'"{{\\"b\\": 1.0, \\"a\\": 2}}"^^<{_RDF}JSON>',
    "IRI": f"<{BASE}o>",
    "IRI beyond ASCII": f"<{BASE}\u00e4>",
    "IRI percent-encoded": f"<{BASE}%C3%A4>",
    "IRI with query and fragment": f"<{BASE}o?a=1&b=2#f>",
    "IRI with dot segments": f"<{BASE}a/../o>",
    "IRI with capitals": "<HTTP://EXAMPLE.org/O>",
    "urn:": "<urn:isbn:9780000000002>",
}
#: Whole triples.
TRIPLES: dict[str, str] = {
    "property without an XML name": f'<{S.value}> <{BASE}p/1> "a" .',
    "property that ends in a slash": f'<{S.value}> <{BASE}p/> "a" .',
    "blank node": f'<{S.value}> <{P.value}> _:b .\n_:b <{P.value}> "a" .',
    "list": f'<{S.value}> <{P.value}> _:a .\n_:a <{_RDF}first> "a" .\n_:a <{_RDF}rest> <{_RDF}nil> .',
    "two names after a boolean": f'<{S.value}> <{P.value}> "true"^^<{_XSD}boolean> .\n'
    f'<{S.value}> <{BASE}q> "a"@en .\n<{S.value}> <{BASE}q> "b"@fi .',
}

#: What a tool gives for a document: N-Quads, or why it gives nothing.
Result = str | Exception
Documents = Sequence[tuple[Format, bytes]]

QUADS = (formats.TURTLE, formats.TRIG, formats.N_TRIPLES, formats.N_QUADS)


@dataclass(frozen=True)
class Tool:
    """A tool: its name, version, formats, and what reads documents with it."""

    name: str
    version: str
    formats: Sequence[Format]
    read: Callable[[Documents], list[Result]]


def each(read: Callable[[Format, bytes], str]) -> Callable[[Documents], list[Result]]:
    """Reads one document after the other."""

    def one(form: Format, body: bytes) -> Result:
        try:
            return read(form, body)
        except Exception as error:  # noqa: BLE001 - a tool may refuse in any way
            return error

    return lambda documents: [one(*document) for document in documents]


def by_rdflib(form: Format, body: bytes) -> str:
    import rdflib

    graph = rdflib.Dataset(default_union=True)
    graph.parse(data=body, format=form.media_type, publicID=f"{BASE}doc")
    flat = rdflib.Graph()
    for s, p, o, _ in graph.quads():
        flat.add((s, p, o))
    return flat.serialize(format="nt")


def by_store(form: Format, body: bytes) -> str:
    store = Store()
    store.load(body, WRITERS[form], base_iri=f"{BASE}doc")
    return n_triples(store).decode()


def by_pyld(_form: Format, body: bytes) -> str:
    from pyld import jsonld

    return jsonld.to_rdf(json.loads(body), {"format": "application/n-quads", "base": f"{BASE}doc"})


def by_program(*command: str, names: dict[Format, str]) -> Callable[[Format, bytes], str]:
    """A program that reads standard input; {form} stands for its name of the format."""

    def read(form: Format, body: bytes) -> str:
        arguments = [part.format(form=names[form]) for part in command]
        done = subprocess.run(arguments, input=body, capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise ValueError(done.stderr.decode()[-200:])
        return done.stdout.decode()

    return read


def by_node(name: str) -> Callable[[Documents], list[Result]]:
    def read(documents: Documents) -> list[Result]:
        tasks = [{"tool": name, "form": form.suffix, "text": body.decode()} for form, body in documents]
        return [ValueError(made["error"]) if "error" in made else made["quads"] for made in node("interop.mjs", tasks)]

    return read


def by_virtuoso(endpoint: str) -> Callable[[Documents], list[Result]]:
    def read(form: Format, body: bytes) -> str:
        graph = f"{endpoint.removesuffix('sparql')}sparql-graph-crud?graph-uri=urn:g"
        request = urllib.request.Request(graph, body, {"Content-Type": form.media_type}, method="PUT")
        urllib.request.urlopen(request, timeout=60).close()
        query = f"{endpoint}?query={quote('CONSTRUCT {?s ?p ?o} FROM <urn:g> WHERE {?s ?p ?o}')}"
        asked = urllib.request.Request(query, headers={"Accept": "text/plain"})
        with urllib.request.urlopen(asked, timeout=60) as reply:
            return reply.read().decode()

    return each(read)


def node(script: str, tasks: object) -> list:
    done = subprocess.run(
        ["node", HERE / script],
        input=json.dumps(tasks),
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return json.loads(done.stdout)


def package(name: str) -> str:
    return json.loads((HERE / "node_modules" / name / "package.json").read_text())["version"]


def program(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return re.search(r"\d+\.\d+[.\d]*", done.stdout + done.stderr)[0]


def in_python() -> list[Tool]:
    """The tools of the development environment."""
    return [
        Tool("rdflib", version("rdflib"), formats.RDF, each(by_rdflib)),
        Tool("pyoxigraph Store", version("pyoxigraph"), formats.RDF, each(by_store)),
        Tool("PyLD", version("PyLD"), (formats.JSON_LD,), each(by_pyld)),
    ]


def tools(stack: ExitStack) -> list[Tool]:
    """All tools, running where they are servers."""
    from tests.virtuoso import program as virtuoso_program
    from tests.virtuoso import virtuoso

    raptor = {
        formats.TURTLE: "turtle",
        formats.TRIG: "trig",
        formats.N_TRIPLES: "ntriples",
        formats.N_QUADS: "nquads",
        formats.RDF_XML: "rdfxml",
    }
    serd = {formats.TURTLE: "turtle", formats.TRIG: "trig", formats.N_TRIPLES: "ntriples", formats.N_QUADS: "nquads"}
    rapper = by_program("rapper", "-q", "-i", "{form}", "-o", "ntriples", "-", f"{BASE}doc", names=raptor)
    serdi = by_program("serdi", "-i", "{form}", "-o", "nquads", "-", f"{BASE}doc", names=serd)
    found = [
        *in_python(),
        Tool("raptor", program("rapper", "--version"), tuple(raptor), each(rapper)),
        Tool("serd", program("serdi", "-v"), tuple(serd), each(serdi)),
        Tool("N3.js", package("n3"), QUADS, by_node("n3")),
        Tool(
            "rdfxml-streaming-parser",
            package("rdfxml-streaming-parser"),
            (formats.RDF_XML,),
            by_node("rdfxml-streaming-parser"),
        ),
        Tool("jsonld.js", package("jsonld"), (formats.JSON_LD,), by_node("jsonld")),
        Tool(
            "jsonld-streaming-parser",
            package("jsonld-streaming-parser"),
            (formats.JSON_LD,),
            by_node("jsonld-streaming-parser"),
        ),
        Tool("rdf-canonize", package("rdf-canonize"), (formats.N_TRIPLES, formats.N_QUADS), by_node("rdf-canonize")),
    ]
    if virtuoso_program("virtuoso-t"):
        endpoint = stack.enter_context(virtuoso())
        read = (formats.TURTLE, formats.N_TRIPLES, formats.RDF_XML)
        found.append(
            Tool("Virtuoso", program(str(virtuoso_program("virtuoso-t")), "--version"), read, by_virtuoso(endpoint))
        )
    return found


def cases() -> dict[str, list[Quad]]:
    """The triples of each value."""
    lines = {name: f"<{S.value}> <{P.value}> {value} ." for name, value in VALUES.items()} | TRIPLES
    lines["two languages"] += f'\n<{S.value}> <{P.value}> "b"@sv .'
    return {name: list(parse(text.encode(), RdfFormat.N_TRIPLES)) for name, text in lines.items()}


def shown(quads: Sequence[Quad]) -> set[str]:
    """Triples as text, blank nodes without their names."""
    return {" ".join("_:" if isinstance(term, BlankNode) else str(term) for term in quad.triple) for quad in quads}


def compared(result: Result, expected: Sequence[Quad]) -> str:
    """How what came out differs; "" where it does not."""
    if isinstance(result, Exception):
        return "refused"
    try:
        quads = list(parse(result.encode(), RdfFormat.N_QUADS, lenient=True))
    except SyntaxError:
        return "not N-Quads"
    made, wanted = shown(quads), shown(expected)
    if made == wanted:
        return ""
    objects = sorted({_value(quad.object) for quad in quads if " ".join(map(str, quad.triple)) not in wanted})
    return f"{' '.join(objects)[:60]}" if objects else "nothing" if not made else "less"


def _value(term: object) -> str:
    if isinstance(term, Literal):
        kind = term.datatype.value.replace(_XSD, "xsd:").replace(_RDF, "rdf:")
        return f"`{term.value}`" + (
            f"@{term.language}" if term.language else "" if kind == "xsd:string" else f"^^{kind}"
        )
    return f"`{term.value}`" if isinstance(term, NamedNode) else "`_:`"


def matrix(found: Sequence[Tool]) -> list[list[str]]:
    """A row for each value: its name, and how each tool changes it, by format."""
    values = cases()
    columns = []
    for tool in found:
        documents = [
            (name, form, rdf(quads, form, PREFIXES))
            for name, quads in values.items()
            for form in tool.formats
            if expressible(quads, form)
        ]
        results = tool.read([(form, body) for _, form, body in documents])
        cells: dict[str, dict[str, list[str]]] = {name: {} for name in values}
        for (name, form, _), result in zip(documents, results, strict=True):
            if difference := compared(result, values[name]):
                cells[name].setdefault(difference, []).append(form.suffix)
        columns.append([_cell(cells[name], tool) for name in values])
        sys.stderr.write(f"{tool.name} {tool.version}\n")
    return [list(row) for row in zip(values, *columns, strict=True)]


def _cell(differences: dict[str, list[str]], tool: Tool) -> str:
    if not differences:
        return "="
    return "; ".join(
        text if len(suffixes) == len(tool.formats) else f"{text} ({', '.join(suffixes)})"
        for text, suffixes in differences.items()
    ).replace("|", "\\|")


#: Constraints with a value that fits and one that does not; both are objects of ex:p.
CONSTRAINTS: dict[str, tuple[str, str, str]] = {
    "sh:minCount 2": ("sh:minCount 2", '"a", "b"', '"a"'),
    "sh:maxCount 1": ("sh:maxCount 1", '"a"', '"a", "b"'),
    "sh:datatype xsd:integer": ("sh:datatype xsd:integer", "1", '"1"'),
    "sh:datatype xsd:integer, ill-typed": ("sh:datatype xsd:integer", "2", '"abc"^^xsd:integer'),
    "sh:datatype xsd:date": ("sh:datatype xsd:date", '"2021-02-09"^^xsd:date', '"2021-02-30"^^xsd:date'),
    "sh:datatype xsd:gYear": ("sh:datatype xsd:gYear", '"2021"^^xsd:gYear', '"21"^^xsd:gYear'),
    "sh:datatype xsd:boolean": ("sh:datatype xsd:boolean", "true", '"yes"^^xsd:boolean'),
    "sh:datatype rdf:langString": ("sh:datatype rdf:langString", '"a"@en', '"a"'),
    "sh:class": ("sh:class ex:C", "ex:c", "ex:d"),
    "sh:nodeKind sh:IRI": ("sh:nodeKind sh:IRI", "ex:c", '"a"'),
    "sh:nodeKind sh:BlankNodeOrLiteral": ("sh:nodeKind sh:BlankNodeOrLiteral", '"a"', "ex:c"),
    "sh:minInclusive, integers": ("sh:minInclusive 5", "5", "4"),
    "sh:minExclusive, decimal and integer": ("sh:minExclusive 1.5", "2", "1"),
    "sh:maxInclusive, doubles": ("sh:maxInclusive 1e0", "1e0", "2e0"),
    "sh:minInclusive, dates": (
        'sh:minInclusive "2021-01-01"^^xsd:date',
        '"2021-01-01"^^xsd:date',
        '"2020-12-31"^^xsd:date',
    ),
    "sh:minInclusive, years": ('sh:minInclusive "2000"^^xsd:gYear', '"2021"^^xsd:gYear', '"1999"^^xsd:gYear'),
    "sh:maxInclusive, times with zones": (
        'sh:maxInclusive "2021-01-01T12:00:00Z"^^xsd:dateTime',
        '"2021-01-01T13:00:00+02:00"^^xsd:dateTime',
        '"2021-01-01T13:00:00Z"^^xsd:dateTime',
    ),
    "sh:minLength": ("sh:minLength 2", '"ab"', '"a"'),
    "sh:maxLength beyond the first plane": ("sh:maxLength 1", '"\U0001f600"', '"ab"'),
    "sh:pattern": ('sh:pattern "^a+$"', '"aa"', '"b"'),
    "sh:pattern with flag i": ('sh:pattern "^a$" ; sh:flags "i"', '"A"', '"B"'),
    "sh:pattern [A-Z\u00c4\u00d6]": ('sh:pattern "^[A-Z\u00c4\u00d6]"', '"\u00c4iti"', '"\u00e4iti"'),
    "sh:pattern \\p{Lu}": ('sh:pattern "^\\\\p{Lu}"', '"\u00c4iti"', '"\u00e4iti"'),
    "sh:pattern of an IRI": ('sh:pattern "/c$"', "ex:c", "ex:d"),
    "sh:languageIn": ('sh:languageIn ("en")', '"a"@en', '"a"@fi'),
    "sh:languageIn, region": ('sh:languageIn ("en")', '"a"@en-GB', '"a"@eng'),
    "sh:languageIn, capitals": ('sh:languageIn ("en")', '"a"@EN', '"a"@SV'),
    "sh:uniqueLang": ("sh:uniqueLang true", '"a"@en, "b"@fi', '"a"@en, "b"@en'),
    "sh:equals": ("sh:equals ex:q", '"same"', '"other"'),
    "sh:disjoint": ("sh:disjoint ex:q", '"other"', '"same"'),
    "sh:lessThan": ("sh:lessThan ex:n", "9", "11"),
    "sh:in": ("sh:in (ex:c 1)", "ex:c", "ex:d"),
    "sh:in, number written otherwise": ("sh:in (1.0)", "1.0", '"1.00"^^xsd:decimal'),
    "sh:hasValue": ("sh:hasValue ex:c", "ex:c, ex:d", "ex:d"),
    "sh:not": ("sh:not [ sh:class ex:C ]", "ex:d", "ex:c"),
    "sh:or": ("sh:or ([ sh:class ex:C ] [ sh:datatype xsd:integer ])", "1", '"a"'),
    "sh:xone": ("sh:xone ([ sh:nodeKind sh:IRI ] [ sh:class ex:C ])", "ex:d", "ex:c"),
    "sh:node": ("sh:node [ sh:property [ sh:path rdf:type ; sh:minCount 1 ] ]", "ex:c", "ex:d"),
    "sh:qualifiedMinCount": ("sh:qualifiedValueShape [ sh:class ex:C ] ; sh:qualifiedMinCount 1", "ex:c, ex:d", "ex:d"),
    "sh:sparql": (
        'sh:sparql [ sh:select "SELECT $this ?value WHERE { $this $PATH ?value FILTER(?value = 4) }" ]',
        "5",
        "4",
    ),
}
_SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""


def engines() -> dict[str, Callable[[list[tuple[str, str]]], list[bool | str]]]:
    """What judges pairs of shapes and data, both as Turtle, by name and version."""
    import pyshacl
    import shacl

    def fast(shapes: str, data: str) -> bool | str:
        with tempfile.NamedTemporaryFile("w", suffix=".ttl", encoding="utf-8") as file:
            file.write(data)
            file.flush()
            return shacl.Shapes.from_text(shapes, format="turtle").validate_file(file.name).conforms

    def reference(shapes: str, data: str) -> bool | str:
        options = {"data_graph_format": "turtle", "shacl_graph_format": "turtle", "inference": "none"}
        return pyshacl.validate(data, shacl_graph=shapes, **options)[0]

    def safely(judge: Callable[[str, str], bool | str]) -> Callable[[list[tuple[str, str]]], list[bool | str]]:
        def one(pair: tuple[str, str]) -> bool | str:
            try:
                return judge(*pair)
            except Exception as error:  # noqa: BLE001 - an engine may refuse in any way
                return type(error).__name__

        return lambda pairs: [one(pair) for pair in pairs]

    def script(name: str) -> Callable[[list[tuple[str, str]]], list[bool | str]]:
        return lambda pairs: node("shapes.mjs", [{"engine": name, "shapes": a, "data": b} for a, b in pairs])

    return {
        f"shacl {version('shacl')}": safely(fast),
        f"pySHACL {version('pyshacl')}": safely(reference),
        f"rdf-validate-shacl {package('rdf-validate-shacl')}": script("rdf-validate-shacl"),
        f"shacl-engine {package('shacl-engine')}": script("shacl-engine"),
    }


def verdicts() -> tuple[list[str], list[list[str]]]:
    """The engines, and a row for each constraint: its name, and what each engine says."""
    pairs = []
    for constraint, *values in CONSTRAINTS.values():
        shape = f"{_SHAPES}ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property [ sh:path ex:p ; {constraint} ] ."
        pairs += [(shape, f'{_SHAPES}ex:s ex:p {value} ; ex:q "same" ; ex:n 10 . ex:c a ex:C .') for value in values]
    judged = {name: judge(pairs) for name, judge in engines().items()}
    rows = []
    for number, name in enumerate(CONSTRAINTS):
        row = [name]
        for results in judged.values():
            good, bad = results[2 * number : 2 * number + 2]
            wrong = ["refuses what fits"] if good is False else []
            wrong += ["lets pass what does not"] if bad is True else []
            wrong += ["raises"] if isinstance(good, str) or isinstance(bad, str) else []
            row.append("; ".join(wrong) or "=")
        rows.append(row)
    return list(judged), rows


INTRODUCTION = """\
# Loaded elsewhere

What other tools make of the values in our files, and other engines of constraints. Every cell was run, by
`make interop`; the versions stand in the head of each table.

## What to know

- **Virtuoso**: load N-Triples or RDF/XML. From Turtle, 7.2.5 keeps the backslashes of escaped local names in the IRI
  (`ex:o\\?a\\=1`), and takes no integer of twenty digits. Numbers and durations come out in its own form.
- **Stores keep values, not texts**: the store of pyoxigraph, and so our endpoint, and Virtuoso change `1.10` and `007`.
  Pages and dumps have them as they are written.
- **rdflib** drops the time zone of `xsd:date` and rewrites times, numbers and HTML as it reads; with
  `rdflib.NORMALIZE_LITERALS = False` it does less.
- **JSON-LD**: PyLD and jsonld.js rewrite doubles; jsonld.js makes `INF` a `NaN`. Where doubles matter, load another
  format.
- **IRIs with dot segments** are resolved by readers of RDF/XML, as that format has it: name nothing so.
- **Shapes**: compare years by a pattern or as `xsd:integer`; write language tags in small letters; name letters in
  patterns (`[A-Z\u00c4\u00d6]`) in place of `\\p{Lu}`; where the engine is one in JavaScript, check dates by more than
  `sh:datatype`.

## Values

Each value is written in every format that the tool reads, and compared with what it has read: `=` is the same lexical
form, datatype and tag (in whichever letters) in all formats; else what came out, with the formats (by their suffix)
where not all. `refused` is an error, `nothing` none of the triples, `less` fewer.

"""
CONSTRAINTS_INTRODUCTION = """
## Constraints

Each constraint judges a value that fits and one that does not: `=` is both judged right by SHACL.

"""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace(chr(10), ' ').replace(chr(13), ' ') for cell in line)} |\n" for line in lines
    )


def main() -> None:
    """Run everything and write the page."""
    with ExitStack() as stack:
        found = tools(stack)
        rows = matrix(found)
    values = table(["value", *(f"{tool.name} {tool.version}" for tool in found)], rows)
    names, judged = verdicts()
    constraints = table(["constraint", *names], judged)
    PAGE.write_text(INTRODUCTION + values + CONSTRAINTS_INTRODUCTION + constraints, encoding="utf-8")


if __name__ == "__main__":
    main()
