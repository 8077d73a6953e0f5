"""Example queries: what their files say of them, and their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import Term

#: Where the pages of the queries are.
PATH = "/queries"

_SAID = re.compile(r"#\s*(\w[\w-]*):\s*(.+)")


@dataclass(frozen=True)
class Parameter:
    """A variable that the reader picks a value for, from the things of a class."""

    name: str
    kind: str


@dataclass(frozen=True)
class Example:
    """A query with its title in each language. `parameter` is bound by a line VALUES with one value."""

    name: str
    titles: Mapping[str, str]
    text: str
    parameter: Parameter | None = None

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"{PATH}/{self.name}"

    def title(self, language: str) -> tuple[str, str]:
        """The title in `language`, or the nearest there is, and the language that it is in."""
        result = language if language in self.titles else next(iter(self.titles))
        return self.titles[result], result

    def asked_of(self, value: NamedNode) -> str:
        """The text of the query with `value` for its parameter."""
        name = self.parameter.name if self.parameter else ""
        values = re.compile(rf"(VALUES\s+\?{re.escape(name)}\s*\{{)[^}}]*(\}})")
        return values.sub(lambda match: f"{match[1]} {value} {match[2]}", self.text, count=1)

    @property
    def value(self) -> str:
        """The IRI that the parameter has in the file, or ""."""
        name = self.parameter.name if self.parameter else ""
        match = re.search(rf"VALUES\s+\?{re.escape(name)}\s*\{{\s*<([^>]*)>\s*\}}", self.text)
        return match[1] if match else ""


@dataclass(frozen=True)
class ExampleAnswer:
    """The solutions of a query: its variables, and for each solution the value of each, or None."""

    variables: Sequence[str]
    rows: Sequence[Sequence[Term | None]]


def example(name: str, text: str) -> Example:
    """The query in a file: its first comments are `# fi: title`, and `# parameter: variable class-IRI`.

    Raises ValueError, in words, when there is no title or the parameter has no place in the query.
    """
    said = [match.groups() for line in text.splitlines() if (match := _SAID.fullmatch(line.strip()))]
    titles = {key: value for key, value in said if key != "parameter"}
    if not titles:
        raise ValueError("the query has no title; begin the file with lines such as: # en: Who funds what")
    arguments = next((value.split() for key, value in said if key == "parameter"), None)
    if arguments is not None and len(arguments) != 2:
        raise ValueError(
            "a parameter is a variable and the IRI of a class, as in: # parameter: place http://…/Location"
        )
    made = Example(name, titles, text, Parameter(*arguments) if arguments else None)
    if arguments and not made.value:
        raise ValueError(f"the parameter has no place in the query; write: VALUES ?{arguments[0]} {{ <an IRI> }}")
    return made


def is_number(term: Term | None) -> bool:
    """Whether a value is a number, which stands at the right of its column."""
    return isinstance(term, Literal) and term.datatype.value.endswith(("#integer", "#decimal", "#double"))
