"""`ekograph init`: the folder of a new site, which works at once.

It is a small site about trees to learn from, or one made around an RDF file that there is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, parse, serialize

from ekograph import scaffold
from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language
from ekograph.publish.rdf_files import FORMATS, NO_FILE_BASE, Note, ReadingError, read
from ekograph.rdf import formats
from ekograph.rdf.queries import asking
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import RDFS, TYPE
from ekograph.turtle.printer import formatted
from ekograph.turtle.triples import Abbreviations
from ekograph.validation.suggestions import split

_EPILOG = """\b
Examples:
  ekograph init trees --base https://example.org/trees/
  ekograph init birds --from birds.ttl

\b
Exit status: 0 written, 2 nothing was written."""


@click.command("init", epilog=_EPILOG)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--base", help="What begins the IRIs of your things; with --from, what relative IRIs are completed with.")
@click.option("--language", "languages", multiple=True, help="Language of the pages, as en; several: once for each.")
@click.option(
    "--from", "origin", type=click.Path(path_type=Path), help="RDF file of a vocabulary or dataset that there is."
)
@options.language
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - an argument for each option, as click has it
    site: Path, folder: Path | None, base: str | None, languages: tuple[str, ...], origin: Path | None, lang: str | None
) -> None:
    """Write a new site into FOLDER: settings, ontology, data, a rule, an example query. No file is overwritten."""
    messages, notes = Messages("init", reader_language(lang)), Messages("serve", reader_language(lang))
    target = folder or site
    base = base or (None if origin else f"https://example.org/{target.resolve().name.lower().replace(' ', '-')}/")
    if base and not (base.startswith(("http://", "https://")) and (origin or base.endswith("/"))):
        fail(messages("base-form", base=base))
    try:
        if origin:
            made = around(origin, base, languages, lambda key, **values: click.echo(notes(key, **values), err=True))
        else:
            made = starter(base or "", languages or ("en",))
    except ReadingError as error:
        fail(notes(error.key, **error.values))
    for name in made.files:
        if (target / name).exists():
            fail(messages("exists", path=target / name))
    for name, data in made.files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
        click.echo(messages("written", path=target / name))
    click.echo(messages("done", space=made.space, languages=", ".join(made.languages)))
    option = "" if target.resolve() == Path.cwd() else f" --site {target}"
    for step in ("check", "publish", "serve"):
        click.echo(f"  ekograph{option} {step}")


#: The site about trees, and what begins its IRIs; the files that a site around an RDF file is filled into.
_STARTER, _STARTER_BASE = Path(scaffold.__file__).with_name("starter"), "https://example.org/trees/"
_AROUND = Path(scaffold.__file__).with_name("around")
#: The files of it that any site can use.
_COMMON = (".editorconfig", ".gitignore", ".github/workflows/check.yml")


class NewSite(NamedTuple):
    """The files of a site, by their paths in its folder, and what begins the IRIs of its things."""

    files: Mapping[str, bytes]
    space: str
    languages: Sequence[str]


def starter(base: str, languages: Sequence[str]) -> NewSite:
    """The site about trees, with its IRIs under `base`."""
    files = {
        path.relative_to(_STARTER).as_posix(): path.read_bytes().replace(_STARTER_BASE.encode(), base.encode())
        for path in sorted(_STARTER.rglob("*"))
        if path.is_file()
    }
    settings = re.sub(rb"(?m)^languages = .*", f"languages = {_listed(languages)}".encode(), files["ekograph.toml"])
    return NewSite({**files, "ekograph.toml": settings}, base, languages)


def around(path: Path, base: str | None, languages: Sequence[str], note: Note) -> NewSite:
    """A site of the RDF in a file: its IRIs, its prefixes and, if none are given, its languages.

    `base` resolves relative IRIs of the file. Raises ReadingError and OSError.
    """
    text, prefixes = read(path, base, note)
    quads = list(parse(text, RdfFormat.N_QUADS))
    spaces = Counter(split(quad.subject.value)[0] for quad in quads if isinstance(quad.subject, NamedNode))
    space = max(spaces, key=lambda space: (spaces[space], space))
    texts = (quad.object for quad in quads)
    tags = Counter(text.language.split("-")[0].lower() for text in texts if isinstance(text, Literal) and text.language)
    chosen = languages or [tag for tag, _ in tags.most_common(5)] or ["en"]
    files = {name: (_STARTER / name).read_bytes() for name in _COMMON}
    settings = _template("ekograph.toml").format(spaces=_listed([space]), languages=_listed(chosen))
    files["ekograph.toml"] = settings.encode()
    files |= [_data_file(path, quads, prefixes, relative=NO_FILE_BASE.encode() in text or bool(base))]
    query = _template("queries/properties.rq")
    files["queries/properties.rq"] = query.encode()
    answer = asking(quads)(query)
    files["queries/properties.csv"] = answer.serialize(format=QueryResultsFormat.CSV) or b""
    if rule := _rule(quads, prefixes):
        files["shapes/shapes.ttl"] = rule
    return NewSite(dict(sorted(files.items())), space, chosen)


def _template(name: str) -> str:
    return (_AROUND / name).read_text("utf-8")


def _listed(values: Sequence[str]) -> str:
    """The values as a list of TOML."""
    return json.dumps(values, ensure_ascii=False)


def _data_file(path: Path, quads: Sequence[Quad], prefixes: Mapping[str, str], *, relative: bool) -> tuple[str, bytes]:
    """The file as it is where a site can have it so, else its statements as Turtle or TriG."""
    suffix = path.suffix.lower().removeprefix(".")
    if formats.by_suffix(suffix) in formats.RDF and FORMATS.get(f".{suffix}") and path.is_file() and not relative:
        return f"data/{path.name.lower()}", path.read_bytes()
    named = any(isinstance(quad.graph_name, NamedNode) for quad in quads)
    form = RdfFormat.TRIG if named else RdfFormat.TURTLE
    text = serialize(quads if named else (quad.triple for quad in quads), format=form, prefixes=dict(prefixes)) or b""
    name = path.name.partition(".")[0].lower() or "data"
    return f"data/{name}.{form.file_extension}", text if named else formatted(text.decode()).encode()


def _rule(quads: Sequence[Quad], prefixes: Mapping[str, str]) -> bytes | None:
    """A rule that the data keeps: that all things of a class have a name; of the largest class of which it is true."""
    members: dict[NamedNode, set[object]] = {}
    labelled: dict[NamedNode, set[object]] = {label: set() for label in LABELS}
    for quad in quads:
        if quad.predicate == TYPE and isinstance(quad.object, NamedNode):
            members.setdefault(quad.object, set()).add(quad.subject)
        elif quad.predicate in labelled:
            labelled[quad.predicate].add(quad.subject)
    for kind in sorted(members, key=lambda kind: (-len(members[kind]), kind.value)):
        for label, things in labelled.items():
            if members[kind] <= things:
                used = {
                    prefix: space
                    for prefix, space in prefixes.items()
                    if space in (split(kind.value)[0], split(label.value)[0]) and prefix not in ("rdfs", "rule", "sh")
                }
                names = Abbreviations("", {**used, "rdfs": RDFS.iri})
                declared = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in used.items())
                kind_name, name = names.write(kind), names.write(label)
                text = _template("shapes/shapes.ttl").format(prefixes=declared, kind=kind_name, label=name)
                return formatted(text).encode()
    return None
