"""The rules of a site as its shapes tell them: name, reason, messages, and an example with its mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from ekograph.config import Settings
from ekograph.i18n import LANGUAGES, Messages
from ekograph.rdf.dataset import Node
from ekograph.rdf.vocab import RDFS, SKOS
from ekograph.validation import message_templates
from ekograph.validation.parsing import parsed
from ekograph.validation.shacl.shapes import SH, TARGETS, ShapesGraph
from ekograph.validation.sources import CHECKS, Source, shapes_of

#: Text by language tag; "" is the tag of text without one.
Texts = Mapping[str, str]

#: What is checked beside the shapes, with an example: lines after - break the rule, lines after + mend it.
GATE_RULES = {
    "encoding": "",
    "syntax": '- <place/lahti> skos:prefLabel "Lahti"@fi\n+ <place/lahti> skos:prefLabel "Lahti"@fi .',
    "format": '- <place/lahti> skos:prefLabel "Lahti"@fi.\n+ <place/lahti> skos:prefLabel "Lahti"@fi .',
    "gate-address": "- <tree/oak.ttl> a ex:Tree .\n+ <tree/oak-ttl> a ex:Tree .",
    "gate-blank-nodes": "- [] skos:related [ skos:related [ … ] ] .\n+ <tree/a> skos:related <tree/b> .",
    "gate-character": '- <place/lahti> skos:prefLabel "Lahti\\u0008"@fi .\n+ <place/lahti> skos:prefLabel "Lahti"@fi .',
    "gate-contact": "- <contact> a vcard:Kind .\n+ <contact> a vcard:Kind ; vcard:hasEmail <mailto:trees@example.fi> .",
    "gate-empty": "",
    "gate-expected-rows": "- name\n- pine\n+ name\n+ oak\n+ pine",
    "gate-literal": '-     dcterms:issued "2024-02-30"^^xsd:date ;\n+     dcterms:issued "2024-02-29"^^xsd:date ;',
    "gate-namespace": "- @prefix ex: <http://example.org/trees/> .\n+ @prefix ex: <https://example.org/trees/> .",
    "gate-no-shapes": "",
    "gate-no-target": "  rule:A01 a sh:NodeShape ;\n+     sh:targetClass ex:Tree ;",
    "gate-query": '-     sh:select "SELECT $this WHERE ( … )"\n+     sh:select "SELECT $this WHERE { … }"',
    "gate-reserved": "-     foaf:page <http://public-url.invalid/x> ;\n+     foaf:page <https://example.fi/x> ;",
    "gate-same-graph": "",
    "gate-scheme": "-     foaf:page <javascript:alert(1)> ;\n+     foaf:page <https://example.fi/> ;",
    "gate-shapes": "-     sh:minCount -1 ;\n+     sh:minCount 1 ;",
    "gate-unknown-target": "-     sh:targetClass ex:Treee ;\n+     sh:targetClass ex:Tree ;",
    "gate-unknown-term": "-     sh:minCuont 1 ;\n+     sh:minCount 1 ;",
}


#: A node with one of these is a shape or a constraint that a rule consists of.
_TELLING = frozenset(SH + name for name in ("message", "name", *TARGETS))


@dataclass(frozen=True)
class Rule:
    """One rule; `messages` are those of each of its shapes, `example` has the lines of a difference (- and +)."""

    id: str
    name: Texts
    reason: Texts
    messages: tuple[Texts, ...]
    example: str

    def languages(self) -> list[str]:
        """The languages that the rule is told in: those of the messages of this program first."""
        tags = {tag for texts in (self.name, self.reason, *self.messages) for tag in texts}
        return [*(tag for tag in LANGUAGES if tag in tags), *sorted(tags - set(LANGUAGES))]


def rules(shapes: ShapesGraph) -> list[Rule]:
    """All rules of the shapes, in the order of their ids, and after them those of the check itself."""
    sources: dict[str, list[Node]] = {}
    for quad in shapes.graph.quads:
        if quad.predicate.value in _TELLING and quad.subject not in (
            of_rule := sources.setdefault(shapes.rule(quad.subject), [])
        ):
            of_rule.append(quad.subject)
    for of_rule in sources.values():
        of_rule.sort(key=lambda source: (len(str(source)), str(source)))  # the rule's shape before those of its parts
    return [*(_rule(id_, sources[id_], shapes) for id_ in sorted(sources)), *gate_rules()]


def of_site(settings: Settings) -> list[Rule]:
    """The rules of the site in the folder of the settings. Raises SourceError for shapes that cannot be read."""
    return of_sources(shapes_of(settings))


def of_sources(sources: Iterable[Source]) -> list[Rule]:
    """The rules in those of the sources that are shapes, as far as they can be parsed."""
    messages = Messages("check", "en")
    files = [parsed(source, messages) for source in sources if source.kind in {"shapes", CHECKS}]
    return rules(ShapesGraph(quad for file in files for quad in file.quads))


def gate_rules() -> list[Rule]:
    """The rules of the check itself, which no shape can state."""
    areas = {language: Messages("explain", language) for language in LANGUAGES}
    return [
        Rule(
            id_,
            {language: messages(f"{id_}.name") for language, messages in areas.items()},
            {language: messages(f"{id_}.reason") for language, messages in areas.items()},
            (),
            example,
        )
        for id_, example in GATE_RULES.items()
    ]


def _rule(id_: str, sources: Sequence[Node], shapes: ShapesGraph) -> Rule:
    return Rule(
        id_,
        _texts(shapes, sources, f"{SH}name"),
        _texts(shapes, sources, f"{RDFS}comment"),
        tuple(filter(None, (_texts(shapes, [source], f"{SH}message") for source in sources))),
        _texts(shapes, sources, f"{SKOS}example").get("", "").strip("\n"),
    )


def _texts(shapes: ShapesGraph, sources: Iterable[Node], predicate: str) -> Texts:
    """The literals of a property, the first of each language, with … for what a result puts in."""
    texts: dict[str, str] = {}
    for source in sources:
        for text in shapes.graph.objects(source, predicate):
            if isinstance(text, Literal):
                texts.setdefault(text.language or "", message_templates.mask_placeholders(text.value))
    return texts


def find(rules: Iterable[Rule], id_: str) -> Rule | None:
    """The rule with that id in any case of letters, or None."""
    return next((rule for rule in rules if rule.id.casefold() == id_.casefold()), None)
