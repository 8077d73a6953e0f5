"""ekograph fmt: what formatted Turtle looks like, what becomes of comments, and what the command does to files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import ROOT

from ekograph.cli.options import group
from ekograph.scaffold.edits import same
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import TurtleError
from ekograph.turtle.tokens import tokens

HEAD = "@prefix : <https://example.org/def#> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"

#: What is written -> what it becomes, both after the same head.
LAYOUTS = {
    "types stand beside the subject and values below each other": (
        ":s :longest 1 ; :b 2,3;a :T,:U.",
        ":s a :T , :U ; :longest 1 ; :b 2 , 3 .",
    ),
    "what was written on several lines gets a line for each predicate": (
        ":s :longest 1 ; :b 2,3;\na :T.",
        ":s a :T ;\n    :longest 1 ;\n    :b       2 , 3 .",
    ),
    "names come first, then texts, notation and order; the rest as it was": (
        ":s :z 1 ; :displayOrder 2 ;\n skos:notation '3' ; :y 4 ; skos:definition '5' ; skos:prefLabel '6'@fi .",
        (
            ":s\n    skos:prefLabel  '6'@fi ;\n    skos:definition '5' ;\n    skos:notation   '3' ;\n"
            "    :displayOrder   2 ;\n    :z              1 ;\n    :y              4 ."
        ),
    ),
    "texts too long for one line have a line each": (
        f':s :p "{"a" * 60}"@fi , "{"b" * 60}"@en .',
        f':s\n    :p "{"a" * 60}"@fi ,\n       "{"b" * 60}"@en .',
    ),
    "names too long for one line fill lines": (
        f":s :p {' , '.join(f':{c * 30}' for c in 'abcdef')} .",
        f":s\n    :p :{'a' * 30} , :{'b' * 30} , :{'c' * 30} ,\n       :{'d' * 30} , :{'e' * 30} , :{'f' * 30} .",
    ),
    "a blank node on one line stays there": (":s :p [ :q 1 ;:r 2 ] .", ":s :p [ :q 1 ; :r 2 ] ."),
    "a blank node on several lines has its predicates below each other": (
        ":s :p [ :q 1 ;\n:label 2 ] , [ :q 3;\n:r (1 2) ] .",
        ":s\n    :p [\n        :label 2 ;\n        :q     1\n    ] , [\n        :q 3 ;\n        :r ( 1 2 )\n    ] .",
    ),
    "text of several lines is not touched": (':s :p """ a\n\tb  \n""" .', ':s\n    :p """ a\n\tb  \n""" .'),
    "line ends within text are written as escapes": (':s :p """a\r\nb""" .', ':s\n    :p """a\\r\nb""" .'),
    "superfluous semicolons go": (":s :p 1 ;; :q 2 ; .", ":s :p 1 ; :q 2 ."),
    "triple terms and annotations are kept": (
        ":s :p <<( :a :b 'c'@en )>> ; :q :o~:r{| :since 1 |} .",
        ":s :p <<( :a :b 'c'@en )>> ; :q :o ~ :r {| :since 1 |} .",
    ),
    "statements of one line stand together or apart, as written": (
        ":a :p 1 .\n:b :p 2 .\n\n\n\n:c :p 3 .",
        ":a :p 1 .\n:b :p 2 .\n\n:c :p 3 .",
    ),
    "a statement of several lines has blank lines around it": (
        ":a :p 1 .\n:b :p 2 ;\n:q 3 .\n:c :p 3 .",
        ":a :p 1 .\n\n:b\n    :p 2 ;\n    :q 3 .\n\n:c :p 3 .",
    ),
    "a comment above a statement stays there": (
        ":a :p 1 .\n\n#### b ####\n\n# of b\n:b :p 2 .",
        ":a :p 1 .\n\n#### b ####\n\n# of b\n:b :p 2 .",
    ),
    "a comment at the end of a line stays at the end of that line": (
        ":a :p 1   # one\n; :q 2 ; # two\n:r 3 . # three",
        ":a\n    :p 1 ; # one\n    :q 2 ; # two\n    :r 3 . # three",
    ),
    "a comment above a predicate stays above it, and nothing moves past it": (
        ":a :q 1 ;\n# of p\n:p 2 ;\n:r 3 ; a :T .",
        ":a\n    :q 1 ;\n    # of p\n    :p 2 ;\n    a  :T ;\n    :r 3 .",
    ),
    "comments among objects stay among them": (
        ":a :p # all\n  # first\n  :b , # b\n  # second\n  :c .",
        ":a\n    :p # all\n        # first\n        :b , # b\n        # second\n        :c .",
    ),
    "a comment before the full stop stays before it": (
        ":a :p 1 ;\n # end\n. # stop",
        ":a\n    :p 1\n    # end\n    . # stop",
    ),
    "comments within brackets stay within them": (
        ":a :p [ # open\n :q ( 1 # one\n # two\n 2 ) \n # close\n ] .",
        (
            ":a\n    :p [ # open\n        :q (\n            1 # one\n            # two\n            2\n        )\n"
            "        # close\n    ] ."
        ),
    ),
    "comments at the end of the file stay there": (":a :p 1 .\n\n# end\n#\n", ":a :p 1 .\n\n# end\n#"),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_a_text_is_laid_out(case):
    written, expected = LAYOUTS[case]
    assert formatted(HEAD + written) == formatted(HEAD) + "\n" + expected + "\n"


def test_prefixes_are_aligned_in_the_order_of_the_alphabet():
    assert formatted("@base <x:> .\n@prefix skos: <s#> .\n@prefix a: <a#> .\nPREFIX ex: <e#>\n") == (
        "@base <x:> .\n@prefix a:    <a#> .\nPREFIX ex:    <e#>\n@prefix skos: <s#> .\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "@prefix b: <b#> . # b\n@prefix a: <a#> .\n",
        "@prefix b: <b#> .\n# a\n@prefix a: <a#> .\n",
        "@prefix b: <b#> .\n@prefix a: <a#> .\n@prefix b: <c#> .\n",
    ],
)
def test_prefixes_with_comments_or_declared_twice_keep_their_order(text):
    assert formatted(text) == text


def test_brackets_nested_beyond_reason_are_refused():
    with pytest.raises(TurtleError):
        formatted(f"<x:a> <x:b> {'( ' * 200}{') ' * 200}.")


#: The Turtle of the site; the broken files of the tests are laid out as each needs it.
SITE = sorted(path for folder in ("ontology", "data", "shapes") for path in (ROOT / folder).rglob("*.ttl"))


@pytest.mark.parametrize("path", [*SITE, *ROOT.glob("tests/site/rules/*.ttl")], ids=lambda path: path.name)
def test_formatting_what_is_formatted_changes_nothing(path):
    text = path.read_text(encoding="utf-8")
    once = formatted(text)
    assert formatted(once) == once
    assert same(text, once)
    assert comments(once) == comments(text)


def comments(text: str) -> list[str]:
    return [each.text for each in tokens(text) if each.kind == "comment"]


@pytest.fixture
def run(site):
    def run(*arguments: str, lang: str = "en"):
        return CliRunner().invoke(group, ["fmt", *arguments, "--lang", lang])

    return run


@pytest.fixture
def things(site) -> Path:
    """A file that is not formatted: byte order mark, line ends of Windows, a comment, no line end at its end."""
    path = site / "data/things.ttl"
    path.write_bytes('\ufeff@base <https://example.org/id/> .\r\n# A\r\n<a>  <p> "ä" .'.encode())
    return path


FORMATTED = '@base <https://example.org/id/> .\n\n# A\n<a> <p> "ä" .\n'


def test_files_are_formatted_and_named(run, things):
    result = run()
    assert result.exit_code == 0
    assert "formatted: data/things.ttl\n" in result.output
    assert things.read_bytes() == FORMATTED.encode()
    again = run()
    assert (again.exit_code, again.output) == (0, "All is well: 3 files, already formatted.\n")


def test_checking_writes_nothing_and_fails(run, things):
    before = things.read_bytes()
    result = run("--check", "data")
    assert (result.exit_code, things.read_bytes()) == (1, before)
    assert result.output == "not formatted: data/things.ttl\n1 file is not formatted. Run ekograph fmt.\n"


def test_the_difference_shows_line_ends_and_marks(run, things):
    result = run("--diff", "data/things.ttl")
    assert result.exit_code == 1
    assert "-\\ufeff@base <https://example.org/id/> .\\r\n" in result.output
    assert '-<a>  <p> "ä" .\n\\ No newline at end of file\n' in result.output
    assert '+<a> <p> "ä" .\n' in result.output
    assert things.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_mode_of_a_file_and_a_link_to_it_stay(run, things, site):
    things.chmod(0o640)
    link = site / "link.ttl"
    link.symlink_to(things)
    assert run("link.ttl").exit_code == 0
    assert link.is_symlink()
    assert things.stat().st_mode & 0o777 == 0o640
    assert things.read_text(encoding="utf-8") == FORMATTED
    assert os.listdir(site / "data") == ["things.ttl"]  # noqa: PTH208 - hidden files too


def test_a_file_that_does_not_parse_is_reported_at_its_place_and_the_others_are_formatted(run, things, site):
    (site / "data/broken.ttl").write_text("<x:a> <x:b>\n  nothing .\n")
    result = run("data")
    assert result.exit_code == 1
    assert "data/broken.ttl:2:3: [syntax]" in result.output
    assert "formatted: data/things.ttl" in result.output
    assert (site / "data/broken.ttl").read_text() == "<x:a> <x:b>\n  nothing .\n"


def test_a_file_whose_sameness_cannot_be_proven_is_left_alone(run, site):
    path = site / "data/things.ttl"
    nodes = [f"_:n{one} <x:p>  _:n{other} ." for one in range(15) for other in range(15) if one != other]
    path.write_text("\n".join(nodes))
    result = run("data/things.ttl")
    assert result.exit_code == 1
    assert "data/things.ttl:1:1: [format]" in result.output
    assert path.read_text() == "\n".join(nodes)


def test_other_formats_and_missing_files_are_told(run, site):
    (site / "x.nt").write_text("")
    assert run("x.nt").exit_code == 2
    assert "only Turtle is formatted" in run("x.nt").output
    assert run("no.ttl").exit_code == 2


@pytest.mark.parametrize(
    ("lang", "word"), [("fi", "muotoilematta"), ("sv", "inte formaterad"), ("en", "not formatted")]
)
def test_the_command_speaks_the_reader_s_language(run, things, lang, word):
    assert word in run("--check", lang=lang).output


@pytest.mark.parametrize("path", SITE, ids=lambda path: path.name)
def test_the_site_s_own_turtle_is_formatted(path):
    assert formatted(path.read_text(encoding="utf-8")).encode() == path.read_bytes(), "run: ekograph fmt"
