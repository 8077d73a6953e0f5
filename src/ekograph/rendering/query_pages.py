"""The pages of the example queries, each with the answer that its query had when the snapshot was printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph.rdf.dataset import Term
from ekograph.rendering.example_queries import PATH, Example, ExampleAnswer, is_number
from ekograph.rendering.layout import frame_of, page
from ekograph.rendering.site import Site
from ekograph.rendering.view import View

_NOWHERE = NamedNode("urn:none")


def queries_page(site: Site, language: str) -> bytes:
    """The list of all example queries."""
    view = View(site, language)
    return page(
        "queries.html",
        frame_of(view, view.message("queries.title"), PATH),
        examples=sorted(site.queries, key=lambda entry: entry.title(language)[0].casefold()),
    )


#: The pages of a query to pick from: the thing that each asks of, its address, its name.
Choices: TypeAlias = Sequence[tuple[NamedNode, str, str]]


def query_page(view: View, example: Example, value: NamedNode | None, answer: ExampleAnswer, choices: Choices) -> bytes:
    """One query, asked of `value` if it has a parameter, and its answer as a table, with all `choices` to pick from."""
    title, spoken = example.title(view.language)
    path = path_with(view.site, example, value)
    home = Markup('<a href="{}">{}</a>').format(view.page(PATH), view.message("queries.title"))
    frame = frame_of(view, f"{title}: {_choice(view, value)}" if value else title, path)
    text = example.asked_of(value) if value else example.text
    return page(
        "query.html",
        replace(frame, crumbs=(*frame.crumbs, home)),
        view=view,
        example=example,
        title_language=spoken,
        choices=choices,
        chosen=value.value if value else example.value,
        answer=answer,
        columns=[_column(view, variable) for variable in answer.variables],
        cells=[[(_cell(view, item), is_number(item)) for item in row] for row in answer.rows],
        path=path,
        text=text,
        editor=f"{view.page('/sparql')}?{urlencode({'query': text})}",
    )


def values(site: Site, example: Example) -> list[NamedNode]:
    """The things that the parameter of `example` may be, in order; none without a parameter."""
    return list(site.all(example.parameter.kind)) if example.parameter else []


def path_with(site: Site, example: Example, value: NamedNode | None) -> str:
    """The path of the page of a query asked of `value`."""
    if value is None:
        return example.path
    return example.path + site.dataset.path(value.value).removeprefix("/doc")


def choices_of(view: View, example: Example) -> Choices:
    """The pages to pick from."""
    return [
        (value, view.page(path_with(view.site, example, value)), _choice(view, value))
        for value in values(view.site, example)
        if view.site.tells_first_of(value)
    ]


def _choice(view: View, node: NamedNode) -> str:
    notation = view.notation(node)
    name = view.label(node).value
    return f"{notation} {name}" if notation else name


def _column(view: View, variable: str) -> str:
    key = f"column.{variable}"
    return view.message(key) if key in view.message else variable


def _cell(view: View, term: Term | None) -> Markup:
    return Markup() if term is None else view.value(_NOWHERE, term)
