"""Names for things, kinds, properties and values in the reader's language, from the data or else from our messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from ekograph.dataset import LABELS, SKOS, Dataset, Node, Term
from ekograph.differences.values import Path, Value, language
from ekograph.i18n import Messages

_NAMES = tuple(each.value for each in LABELS)
_NOTATION = f"{SKOS}notation"
_SCHEME = f"{SKOS}ConceptScheme"
_IN_SCHEME = f"{SKOS}inScheme"


@dataclass(frozen=True)
class Names:
    """Names things as the first of `datasets` does that has a name for them."""

    datasets: Sequence[Dataset]
    say: Messages

    def thing(self, node: Node) -> str:
        """The notation and the name of a thing; of a scheme the name alone."""
        name = self._label(node) or self._short(node)
        notation = "" if self.is_scheme(node) else self._notation(node)
        return f"{notation} {name}".strip()

    def kind(self, node: Node) -> str:
        """The name of its class: of the one that the data itself names, before widely known ones."""
        types = list(dict.fromkeys(iri for each in self.datasets for iri in each.types(node)))
        own = (self._label(NamedNode(iri)) for iri in types)
        known = (self._message(iri) for iri in types)
        short = (self._short(NamedNode(iri)) for iri in types)
        return next(filter(None, [*own, *known, *short]), self.say("thing"))

    def properties(self, path: Path, tag: str = "") -> str:
        """The names of the properties of a path; the language tag is told unless it is the reader's."""
        names = " › ".join(map(self._property, path)) or self.say("item")
        return f"{names} ({tag})" if tag not in {"", self.say.language} else names

    def value(self, value: Value) -> str:
        """A value as people read it: text in quotes, a thing by its name."""
        term = value.term
        if term is None:
            return self.say("nameless")
        if isinstance(term, Literal):
            text = visible(term.value)
            quoted = language(value) or text != text.strip() or not text
            return self.say("quoted", text=text) if quoted else text
        return self.thing(term)

    def pair(self, old: Value, new: Value) -> tuple[str, str]:
        """Two values, told apart: as in N-Triples where only the datatype or the IRI differs."""
        names = self.value(old), self.value(new)
        return names if names[0] != names[1] else (visible(str(old.term)), visible(str(new.term)))

    def schemes(self, node: Node) -> list[Node]:
        """The schemes that a thing belongs to; to itself if it is one."""
        if self.is_scheme(node):
            return [node]
        found = (each.objects(node, _IN_SCHEME) for each in self.datasets)
        return [each for each in next(filter(None, found), []) if not isinstance(each, Literal)]

    def is_scheme(self, node: Node) -> bool:
        """Whether it is a concept scheme, under which others are told of."""
        return any(_SCHEME in each.types(node) for each in self.datasets)

    def order(self, node: Node) -> list[tuple[int, str]]:
        """A key that sorts things by notation, LPR.1.9 before LPR.1.10, then by name."""
        return natural(f"{self._notation(node)} {self.thing(node)}")

    def _property(self, iri: str) -> str:
        return self._label(NamedNode(iri)) or self._message(iri) or self._short(NamedNode(iri))

    def _label(self, node: Node) -> str:
        found = (each.text(node, _NAMES, self.say.language) for each in self.datasets)
        return next((visible(each.value) for each in found if each), "")

    def _notation(self, node: Node) -> str:
        found = (term for each in self.datasets for term in each.objects(node, _NOTATION))
        return next((visible(each.value) for each in found if isinstance(each, Literal)), "")

    def _message(self, iri: str) -> str:
        try:
            return self.say(iri)
        except KeyError:
            return ""

    def _short(self, node: Term) -> str:
        """An IRI with the prefix of the site for it, other than http(s) without angle brackets, else in full."""
        if not isinstance(node, NamedNode):
            return visible(str(node)) if isinstance(node, Triple) else self.say("nameless")
        for space, prefix in _spaces(self.datasets):
            if node.value.startswith(space) and len(node.value) > len(space):
                return visible(prefix + node.value[len(space) :])
        return visible(node.value)


def natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts numbers in text by what they count."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text.casefold()) if part]


def shortened(text: str, most: int = 60) -> str:
    """A name as the beginning of a sentence: not too long, and without a full stop of its own."""
    return text.rstrip(".") if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(' ,.;:–-')}…"


def sentence(text: str) -> str:
    """Text with a capital at its beginning, unless it begins with an IRI, whose letters matter."""
    return text if ":" in text.split(" ", 1)[0] else f"{text[:1].upper()}{text[1:]}"


def visible(text: str) -> str:
    r"""Text fit for a terminal: what cannot be seen, such as a no-break space, is written as in Turtle, \u00A0."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"


def _spaces(datasets: Iterable[Dataset]) -> list[tuple[str, str]]:
    """The namespaces and what stands for them, the longest first; what the site itself names needs no prefix."""
    spaces = {iri: f"{prefix}:" for each in datasets for prefix, iri in each.prefixes.items()}
    own = {f"{each.base}id/": "" for each in datasets if each.base}
    return sorted((spaces | own).items(), key=lambda each: (-len(each[0]), each))
