"""The example queries of a site: read from queries/*.rq, asked of the dataset, and printed with their answers."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions

from ekograph.publish.publication import Publication
from ekograph.rdf import formats
from ekograph.rdf.queries import asking
from ekograph.rendering import query_pages
from ekograph.rendering.example_queries import PATH, Example, ExampleAnswer, example
from ekograph.rendering.view import View, in_language
from ekograph.snapshots.snapshot import Representation
from ekograph.validation.sources import SourceError

FOLDER = "queries"

#: Answers a query, given as text.
Ask = Callable[[str], QuerySolutions]


def read(root: Path) -> tuple[Example, ...]:
    """The queries of the site in `root`, by name; raises SourceError for one that cannot be read."""
    queries = []
    for path in sorted((root / FOLDER).glob("*.rq"), key=lambda path: path.stem):
        try:
            queries.append(example(path.stem, path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise _unusable(path.name, str(error)) from error
    return tuple(queries)


def export(publication: Publication) -> Iterator[Representation]:
    """The pages of the queries, their answers in each language, as CSV and as JSON."""
    site = publication.site
    if not site.queries:
        return
    for language in site.dataset.languages:
        yield _page(PATH, language, query_pages.queries_page(site, language))
    ask = asking(site.dataset.quads)
    views = [View(site, language) for language in site.dataset.languages]
    for variable in site.queries:
        # Once for all pages of the query, each of which lists them.
        choices = [(view, query_pages.choices_of(view, variable)) for view in views]
        for value in (None, *(value for value in query_pages.values(site, variable) if site.tells_first_of(value))):
            yield from _answered(ask, variable, value, choices)


def _answered(
    ask: Ask, asked: Example, value: NamedNode | None, choices: Sequence[tuple[View, query_pages.Choices]]
) -> Iterator[Representation]:
    path = query_pages.path_with(choices[0][0].site, asked, value)
    text = asked.asked_of(value) if value else asked.text
    solutions = _solutions(ask, text, asked.name)
    variables = [variable.value for variable in solutions.variables]
    answer = ExampleAnswer(variables, [[solution[name] for name in variables] for solution in solutions])
    for view, of_view in choices:
        yield _page(path, view.language, query_pages.query_page(view, asked, value, answer, of_view))
    for form, suffix in ((QueryResultsFormat.CSV, "csv"), (QueryResultsFormat.JSON, "json")):
        kind = formats.RESULTS_CSV if suffix == "csv" else formats.RESULTS_JSON
        # Spreadsheets know UTF-8 by the mark at its beginning.
        mark = codecs.BOM_UTF8 if suffix == "csv" else b""
        body = mark + (_solutions(ask, text, asked.name).serialize(format=form) or b"")
        yield Representation(f"{path}.{suffix}", path, kind.content_type, "", body)


def _page(path: str, language: str, body: bytes) -> Representation:
    return Representation(in_language(path, language), path, formats.HTML.content_type, language, body)


def _solutions(ask: Ask, text: str, name: str) -> QuerySolutions:
    try:
        return ask(text)
    except (SyntaxError, ValueError) as error:
        raise _unusable(f"{name}.rq", str(error)) from error


def _unusable(name: str, reason: str) -> SourceError:
    return SourceError("unusable-query", Path(FOLDER, name), reason=reason)
