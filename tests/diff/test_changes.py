"""Comparing datasets: whatever changes, the changes lead from the old state to the new one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from ekograph.diff import Changes, compare, rdf_patch, sparql_update

_IRIS = [NamedNode(f"http://example.org/{name}") for name in "abc"]
_GRAPHS = [DefaultGraph(), *_IRIS[:2]]
# No numbers that a store would write in another way, such as "01": it could not tell them from "1".
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(["\\u0041", 'a"b', "\r\n\t"])
_LITERALS = st.builds(Literal, _TEXT) | st.builds(lambda text: Literal(text, language="fi"), _TEXT)
# Few nodes, so that structures and copies of structures arise; not so many that naming them takes long.
_BLANKS = st.sampled_from([BlankNode(f"n{i}") for i in range(5)])
_SUBJECTS = _BLANKS | st.sampled_from(_IRIS)
_TERMS = _SUBJECTS | _LITERALS | st.builds(Triple, _SUBJECTS, st.sampled_from(_IRIS), _SUBJECTS | _LITERALS)
_QUADS = st.builds(Quad, _SUBJECTS, st.sampled_from(_IRIS), _TERMS, st.sampled_from(_GRAPHS))
_DATASETS = st.lists(_QUADS, max_size=10)
_ROW = re.compile(r"(?P<code>[AD]) (?P<quad>.*) \.")


def test_equal_datasets_differ_in_nothing():
    quads = _read("<x:a> <x:p> _:one . _:one <x:q> 'x' .")

    assert not compare(quads, _read("<x:a> <x:p> _:two . _:two <x:q> 'x' ."))


def test_a_change_in_one_structure_leaves_the_others_alone():
    old = _read("".join(f"<x:{i}> <x:p> _:n{i} . _:n{i} <x:q> '{i}' .\n" for i in range(50)))
    new = _read("".join(f"<x:{i}> <x:p> _:m{i} . _:m{i} <x:q> '{-1 if i == 7 else i}' .\n" for i in range(50)))

    changes = compare(old, new)

    assert {str(quad.subject) for quad in changes.removed} == {"<x:7>", "_:n7"}
    assert len(changes.removed) == len(changes.added) == 2


@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3), (2, 2), (0, 2), (2, 0)])
def test_copies_of_a_structure_are_counted(before, after):
    old = _read("".join(f"<x:a> <x:p> _:n{i} . _:n{i} <x:q> 'same' .\n" for i in range(before)))
    new = _read("".join(f"<x:a> <x:p> _:m{i} . _:m{i} <x:q> 'same' .\n" for i in range(after)))

    changes = compare(old, new)

    assert len(changes.removed) == 2 * max(0, before - after)
    assert len(changes.added) == 2 * max(0, after - before)


@given(_DATASETS, _DATASETS)
def test_a_patch_gives_the_new_state(old, new):
    patched = _patched(old, rdf_patch(compare(old, new)))

    assert _form(patched) == _form(new)


@given(_DATASETS, _DATASETS)
def test_an_update_gives_the_new_state(old, new):
    store = _store(old)

    store.update(sparql_update(compare(old, new), old, new) or "INSERT DATA {}")

    assert _form(store) == _form(_store(new))


@given(st.lists(_DATASETS, min_size=2, max_size=4))
@settings(max_examples=50)
def test_a_chain_of_patches_can_be_replayed_label_by_label(states):
    labelled = [set(compare((), state).added) for state in states]
    state: set[Quad] = set()

    for before, after in zip([set(), *labelled], labelled, strict=False):
        state = _patched(state, rdf_patch(compare(before, after)))

        assert state == after
    assert _form(state) == _form(states[-1])


@given(_DATASETS)
def test_labels_made_from_content_do_not_depend_on_the_labels_given(quads):
    renamed = list(Dataset(quads))
    other = _read_nquads(re.sub(r"_:n(\d)", r"_:z\1", "".join(f"{quad} .\n" for quad in renamed)))

    assert compare((), quads).added == compare((), other).added


def test_the_labels_of_added_nodes_are_new_to_the_old_state():
    added = _read("_:x <x:p> 'added' .")
    (alone,) = compare((), added).added
    old = _read(f"_:{alone.subject.value} <x:p> 'another' .")

    changes = compare(old, old + added)

    assert changes.added[0].subject != alone.subject
    assert not changes.removed


def test_a_patch_has_a_header_and_one_transaction():
    changes = compare(_read("<x:a> <x:p> 'old' ."), _read("<x:a> <x:p> 'new' ."))

    patch = rdf_patch(changes, id="urn:uuid:2", previous="urn:uuid:1")

    assert patch.splitlines() == [
        "H id <urn:uuid:2> .",
        "H prev <urn:uuid:1> .",
        "TX .",
        'D <x:a> <x:p> "old" .',
        'A <x:a> <x:p> "new" .',
        "TC .",
    ]


def test_the_same_changes_make_the_same_patch():
    changes = compare(_read("<x:a> <x:p> 'old' ."), ())

    assert rdf_patch(changes) == rdf_patch(changes)
    assert rdf_patch(changes).splitlines()[0] != rdf_patch(Changes((), ())).splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<x:7> <x:p> [ <x:q> 'old' ] .", "<x:7> <x:p> [ <x:q> 'new' ] ."),
        ("<x:7> <x:p> [ <x:q> '3' , '4' ] .", "<x:7> <x:p> [ <x:q> '3' ] ."),
        ("<x:7> <x:p> ( 'a' 'b' 'c' ) .", "<x:7> <x:p> ( 'a' 'c' ) ."),
        ("<x:7> <x:p> [ <x:p> [ <x:p> [ <x:q> '1' ] ] ] .", "<x:7> <x:p> [ <x:p> [ <x:q> '1' ] ] ."),
        ("[] <x:q> 'one of a kind' .", ""),
        ("_:a <x:p> _:b . _:b <x:p> _:a ; <x:q> 'old' .", "_:a <x:p> _:b . _:b <x:p> _:a ; <x:q> 'new' ."),
        ("", "<x:7> <x:p> [ <x:q> '3' ] ."),
    ],
)
def test_an_update_leaves_blank_nodes_alone_whose_structure_has_not_changed(old, new):
    others = "".join(f"<x:{i}> <x:p> [ <x:q> '3' ; <x:r> ( 'a' 'b' ) ] .\n" for i in (*range(7), 8, 9))
    before, after = (_in("x:g", others + turtle) for turtle in (old, new))
    store = _store(before)
    labels = {quad.subject for quad in before[: len(_read(others))] if isinstance(quad.subject, BlankNode)}

    store.update(sparql_update(compare(before, after), before, after))

    assert _form(store) == _form(after)
    assert labels <= {quad.subject for quad in store}


def test_one_of_several_alike_structures_is_removed_by_writing_what_its_graph_says_with_blank_nodes_anew():
    before, after = (_read("<x:a> <x:p> " + ", ".join(["[ <x:q> 'same' ]"] * copies) + " .") for copies in (3, 2))
    store = _store(before)

    store.update(sparql_update(compare(before, after), before, after))

    assert _form(store) == _form(after)


def test_an_update_leaves_graphs_without_changed_structures_alone():
    old = _in("x:g1", "<x:a> <x:p> [ <x:q> 'old' ] .") + _in("x:g2", "<x:a> <x:p> [ <x:q> 'kept' ] .")
    new = _in("x:g1", "<x:a> <x:p> [ <x:q> 'new' ] .") + _in("x:g2", "<x:a> <x:p> [ <x:q> 'kept' ] .")

    update = sparql_update(compare(old, new), old, new)

    assert "<x:g1>" in update
    assert "<x:g2>" not in update
    assert "isTRIPLE" not in update


def test_a_graph_named_by_a_blank_node_can_be_patched_but_not_updated():
    old, new = (_read_nquads(f'_:s <x:p> "{text}" _:g .\n') for text in ("old", "new"))
    changes = compare(old, new)

    assert _form(_patched(old, rdf_patch(changes))) == _form(new)
    with pytest.raises(ValueError, match="has no IRI"):
        sparql_update(changes, old, new)


def test_a_hundred_thousand_quads_are_compared_within_two_seconds_of_cpu():
    quads = [
        Quad(NamedNode(f"http://example.org/{i // 10}"), _IRIS[i % 3], Literal(str(i)), _IRIS[0])
        for i in range(100_000)
    ]
    start = time.process_time()

    changes = compare(quads[:-1], quads[1:])

    assert time.process_time() - start < 2
    assert (changes.removed, changes.added) == ((quads[0],), (quads[-1],))


def _read(turtle: str) -> list[Quad]:
    return list(parse(turtle, RdfFormat.TURTLE))


def _read_nquads(nquads: str) -> list[Quad]:
    return list(parse(nquads, RdfFormat.N_QUADS))


def _in(graph: str, turtle: str) -> list[Quad]:
    return [Quad(*quad.triple, NamedNode(graph)) for quad in _read(turtle)]


def _patched(quads: Iterable[Quad], patch: str) -> set[Quad]:
    """Put a patch into effect label by label."""
    state = set(quads)
    for line in patch.split("\n"):
        row = _ROW.fullmatch(line)
        if row:
            (quad,) = _read_nquads(f"{row['quad']} .\n")
            (state.add if row["code"] == "A" else state.remove)(quad)
    return state


def _store(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def _form(quads: Iterable[Quad]) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset
