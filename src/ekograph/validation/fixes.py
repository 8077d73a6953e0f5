"""Mends of findings that have one right answer, each proven by another check: the finding goes, and none comes.

A rule can carry its mend as an update of its own (`dash:suggestionGenerator`, https://datashapes.org/suggestions.html).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial
from operator import itemgetter

from pyoxigraph import Literal, NamedNode, Quad, Store

from ekograph.rdf.formats import TURTLE
from ekograph.rdf.vocab import SHACL
from ekograph.turtle.lines import Lines, Place, decoded
from ekograph.turtle.reader import parse
from ekograph.turtle.tokens import tokens
from ekograph.turtle.tree import Directive
from ekograph.turtle.triples import Span, Stated, abbreviations, triples
from ekograph.validation.check import CheckOutcome
from ekograph.validation.report import Finding, Fix, Report, plain
from ekograph.validation.sources import Source
from ekograph.validation.suggestions import split

_GENERATOR = NamedNode("http://datashapes.org/dash#suggestionGenerator")
_UPDATE = SHACL("update")
_REACHES_OUT = re.compile(r"(?i)\b(?:load|service)\b")
#: A misspelt name as much alike as this is put right without a question.
_ALIKE = 0.8
#: Each mend that does not go together with others costs a check of its own.
_MOST_CHECKS = 100
_QUOTED = re.compile(r"\A(\"\"\"|'''|\"|')(.*)\1(?=\Z|@|\^\^)", re.DOTALL)

#: Checks these sources.
Check = Callable[[Sequence[Source]], Report]

#: The statements that an update takes away, and those that it adds.
_Change = tuple[set[Quad], set[Quad]]


def fixes(outcome: CheckOutcome, sources: Sequence[Source]) -> list[Fix]:
    """The mends that can be thought of for the findings of a check, and for prefixes of data that nothing uses."""
    readable: dict[str, Sequence[Stated]] = {
        source.name: facts for source in sources if (facts := _facts(source)) is not None
    }
    updates = _updates(
        [readable[source.name] for source in sources if source.kind == "shapes" and source.name in readable]
    )
    store = Store()
    store.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in outcome.quads if updates)
    result: list[Fix] = []
    for source in sources:
        if source.name not in readable:
            continue
        mends = _Mends(source.name, decoded(source.data), readable[source.name])
        for finding in outcome.report.findings:
            if finding.path == source.name:
                result += mends.of(finding)
                if finding.rule in updates:
                    result += mends.updated(finding, partial(_change, store, updates[finding.rule], outcome.prefixes))
        if source.kind == "data":
            result += mends.unused_prefixes()
    return sorted(dict.fromkeys(result), key=lambda fix: (fix.path, fix.start, fix.end))


def _facts(source: Source) -> list[Stated] | None:
    """What a source of Turtle states; None for one that cannot be read, which is among the findings."""
    try:
        return list(triples(parse(decoded(source.data)).entries)) if source.format == TURTLE else None
    except (ValueError, KeyError):
        return None


def described_as(new: NamedNode, old: NamedNode, finding: Finding, sources: Sequence[Source]) -> list[Fix]:
    """What makes the statements about `old` statements about `new`, as mends of a finding."""
    renamed = (
        _Mends(source.name, decoded(source.data), facts).named(fact, new, finding)
        for source in sources
        if (facts := _facts(source))
        for fact in facts
        if fact.subject == old
    )
    # Statements that share their subject in the text are mended at once.
    return list(dict.fromkeys(renamed))


def as_beside(finding: Finding, sources: Sequence[Source]) -> Iterator[Fix]:
    """What makes a link lead where statements of its property about other things lead: first those alike, and near."""
    stated = {source.name: facts for source in sources if (facts := _facts(source))}
    source = next((source for source in sources if source.name == finding.path and source.name in stated), None)
    if source is None:
        return
    mends = _Mends(source.name, decoded(source.data), stated[source.name])
    for here in mends.links_at(finding):

        def apart(name: str, other: Stated, here: Stated = here) -> tuple[bool, bool, int]:
            same_kind = str(other.subject).rpartition("/")[0] == str(here.subject).rpartition("/")[0]
            return not same_kind, name != source.name, abs(other.object_span[0] - here.object_span[0])

        others = [(apart(name, fact), fact) for name, facts in stated.items() for fact in facts if _alike(fact, here)]
        for term in dict.fromkeys(fact.object for _, fact in sorted(others, key=itemgetter(0))):
            if isinstance(term, NamedNode) and term != here.object:
                yield mends.led_to(term, here, finding)


def _alike(fact: Stated, other: Stated) -> bool:
    return fact.predicate == other.predicate and fact.subject != other.subject


def proven(candidates: Sequence[Fix], report: Report, sources: Sequence[Source], check: Check) -> list[Fix]:
    """Those of the mends after which what they mend is found no more, and nothing else is."""
    together = _apart(candidates)
    if together and _better(together, report, check(mended(sources, together))):
        return together
    accepted: list[Fix] = []
    for fix in candidates[:_MOST_CHECKS]:
        attempt = _apart([*accepted, fix])
        if len(attempt) > len(accepted) and _better(attempt, report, check(mended(sources, attempt))):
            accepted = attempt
    return accepted


def mended(sources: Sequence[Source], accepted: Iterable[Fix]) -> list[Source]:
    """The sources with the mends in them."""
    by_path: dict[str, list[Fix]] = {}
    for fix in accepted:
        by_path.setdefault(fix.path, []).append(fix)
    result = []
    for source in sources:
        if source.name not in by_path:
            result.append(source)
            continue
        text = decoded(source.data)
        mark, lines = source.data[: len(source.data) - len(text.encode())], Lines(text)
        for fix in sorted(by_path[source.name], key=lambda fix: fix.start, reverse=True):
            text = text[: lines.offset(fix.start)] + fix.text + text[lines.offset(fix.end) :]
        result.append(source._replace(data=mark + text.encode()))
    return result


def _apart(candidates: Sequence[Fix]) -> list[Fix]:
    """The mends without those that touch the same characters as one before them."""
    result: list[Fix] = []
    for fix in sorted(candidates, key=lambda fix: (fix.path, fix.start)):
        if not result or result[-1].path != fix.path or result[-1].end <= fix.start:
            result.append(fix)
    return result


def _better(attempt: Sequence[Fix], before: Report, after: Report) -> bool:
    had, has = (Counter(map(without_place, report.findings)) for report in (before, after))
    gone = {without_place(fix.finding) for fix in attempt if fix.finding}
    return not has - had and all(has[key] < had[key] for key in gone)


def without_place(finding: Finding) -> tuple[str, ...]:
    """What tells a finding from others apart from its place and words, which mends change."""
    return (finding.rule, finding.path, finding.focus_node or "", finding.result_path or "")


def _updates(shapes: Sequence[Sequence[Stated]]) -> Mapping[str, str]:
    """The update that mends each rule, by its id. None may read what lies elsewhere."""
    facts = [fact for stated in shapes for fact in stated]
    texts = {
        fact.subject: fact.object.value
        for fact in facts
        if fact.predicate == _UPDATE and isinstance(fact.object, Literal)
    }
    return {
        split(fact.subject.value)[1]: texts[fact.object]
        for fact in facts
        if fact.predicate == _GENERATOR and isinstance(fact.subject, NamedNode) and fact.object in texts
        if not _REACHES_OUT.search(texts[fact.object])
    }


def _change(store: Store, update: str, prefixes: Mapping[str, str], focus: NamedNode) -> _Change:
    """What an update takes away from the dataset and puts into it, with `$focusNode` bound."""
    before, trial = set(store), Store()
    trial.extend(before)
    trial.update(re.sub(r"[$?]focusNode\b", lambda _: str(focus), update), prefixes=dict(prefixes))
    after = set(trial)
    return before - after, after - before


class _Mends:
    """The mends of findings in one text."""

    def __init__(self, path: str, text: str, facts: Sequence[Stated]) -> None:
        self._path, self._text, self._facts = path, text, facts
        self._lines = Lines(text)

    def of(self, finding: Finding) -> Iterator[Fix]:
        """The mends of a misspelt name, of white space around a text, of a language tag that is missing."""
        at = self._lines.offset(Place(finding.line, finding.column))
        if finding.rule == "gate-namespace":
            yield self._fix((at, self._text.index(">", at) + 1), f"<{finding.suggestion}>", finding)
            return
        for fact in self._facts:
            for term, span in zip((fact.subject, fact.predicate, fact.object), fact[3:], strict=True):
                meant = finding.suggestion
                if span[0] == at and meant and isinstance(term, NamedNode) and term.value != meant:
                    alike = SequenceMatcher(None, split(term.value)[1].lower(), split(meant)[1].lower()).ratio()
                    yield self._fix(span, self._written(NamedNode(meant)), finding)._replace(safe=alike >= _ALIKE)
            start, end = fact.object_span
            here = start == at or (plain(fact.object), fact.predicate.value) == (finding.value, finding.result_path)
            quoted = _QUOTED.match(self._text[start:end]) if here and isinstance(fact.object, Literal) else None
            if quoted and quoted[2] != quoted[2].strip():
                body = f"{quoted[1]}{quoted[2].strip()}{quoted[1]}"
                yield self._fix((start, start + quoted.end()), body, finding)
            if quoted and quoted.end() == end - start and (tag := self._language(fact.predicate)):
                yield self._fix((end, end), f"@{tag}", finding)

    def updated(self, finding: Finding, change: Callable[[NamedNode], _Change]) -> Iterator[Fix]:
        """The objects that the rule's own update replaces, as far as this text has them."""
        focus = next((fact.subject for fact in self._facts if plain(fact.subject) == finding.focus_node), None)
        removed, added = change(focus) if isinstance(focus, NamedNode) else (set(), set())
        for old in removed:
            new = [quad.object for quad in added if (quad.subject, quad.predicate) == (old.subject, old.predicate)]
            if len(new) == 1 and isinstance(new[0], NamedNode | Literal):
                spans = [fact.object_span for fact in self._facts if fact[:3] == tuple(old.triple)]
                yield from (self._fix(span, self._written(new[0]), finding) for span in spans)

    def named(self, fact: Stated, new: NamedNode, finding: Finding) -> Fix:
        """Another name for the subject of a statement."""
        return self._fix(fact.subject_span, self._written(new), finding)

    def links_at(self, finding: Finding) -> list[Stated]:
        """The statements whose object is an IRI that stands where the finding is."""
        at = self._lines.offset(Place(finding.line, finding.column))
        return [fact for fact in self._facts if fact.object_span[0] == at and isinstance(fact.object, NamedNode)]

    def led_to(self, term: NamedNode, fact: Stated, finding: Finding) -> Fix:
        """Another object for a statement."""
        return self._fix(fact.object_span, self._written(term), finding)

    def unused_prefixes(self) -> Iterator[Fix]:
        """Without the lines that declare a prefix which no name in the text has; not if no name has any."""
        declarations = [entry for entry in parse(self._text).entries if isinstance(entry, Directive) and entry.name]
        used = Counter(token.text.partition(":")[0] for token in tokens(self._text) if token.kind == "name")
        used -= Counter(entry.name.rstrip(":") for entry in declarations)
        for entry in declarations if used else ():
            end = self._text.find("\n", entry.end) + 1 or len(self._text)
            alone = not self._text[entry.end : end].strip() and not entry.before
            if alone and not used[entry.name.rstrip(":")]:
                yield self._fix((entry.start, end), "", None)

    def _fix(self, span: Span, text: str, finding: Finding | None) -> Fix:
        return Fix(self._path, self._lines.place(span[0]), self._lines.place(span[1]), text, finding)

    def _written(self, term: NamedNode | Literal) -> str:
        return abbreviations(self._text).write(term)

    def _language(self, predicate: NamedNode) -> str | None:
        """The only language of the texts of that property here, or else of all texts."""
        texts = [(fact.predicate, fact.object.language) for fact in self._facts if isinstance(fact.object, Literal)]
        for tags in ({tag for name, tag in texts if tag and name == predicate}, {tag for _, tag in texts if tag}):
            if tags:
                return tags.pop() if len(tags) == 1 else None
        return None
