"""ekograph check: what it finds, where, in which words, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.validation.conftest import GOOD, SHAPES

HEAD = "@base <https://example.org/id/> .\n@prefix ex: <https://example.org/def#> .\n"
ENGINES = ("shacl", "pyshacl")


def places(results) -> list[tuple[str, int, int, str]]:
    return [(each["rule"], each["line"], each["column"], each["focusNode"]) for each in results]


def named(name: str) -> str:
    return f"https://example.org/id/{name}"


def test_a_site_that_conforms_passes(check):
    status, output = check()
    assert (status, output) == (0, "All is well: the data conforms to the rules.\n")


#: Turtle below the head of two lines -> (rule, line, column, thing at fault) of each result.
FAULTS = {
    "something missing is at its subject": ("<a>\n  a ex:Thing .", [("A01", 3, 1, named("a"))]),
    "what is one too many is at the last": (
        '<a> a ex:Thing ; ex:name "A" ,\n\t"B" .',
        [("A01", 4, 2, named("a"))],
    ),
    "a wrong value is at its own token": (
        '<a> a ex:Thing ; ex:name """ two\nlines""" .',
        [("A02", 3, 26, named("a"))],
    ),
    "every member of a cycle has a result": (
        '<a> a ex:Thing ; ex:name "A" ; ex:above <b> .\n<b> a ex:Thing ; ex:name "B" ; ex:above <a> .',
        [("B06", 3, 41, named("a")), ("B06", 4, 41, named("b"))],
    ),
    "a thing above itself is a cycle": (
        '<a> a ex:Thing ; ex:name "A" ; ex:above <a> .',
        [("B06", 3, 41, named("a"))],
    ),
    "a changed base is followed": (
        "@base <https://example.org/other/> .\r\n<a> a ex:Thing .",
        [("A01", 4, 1, "https://example.org/other/a")],
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_has_its_place(case, engine, site, results):
    turtle, expected = FAULTS[case]
    (site / "data/things.ttl").write_bytes((HEAD + turtle).encode())
    assert places(results("--engine", engine)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_blank_nodes_at_fault_are_found_in_their_file(engine, site, results):
    text = HEAD + '[] a ex:Thing ; ex:above [ a ex:Thing ; ex:name "N" ] .\n<x> ex:above [ a ex:Thing ] .\n'
    (site / "data/things.ttl").write_text("\ufeff" + text)
    (site / "data/more.ttl").write_text(HEAD + '[ a ex:Thing ; ex:name "M" , "MM" ] .')
    found = [(each["path"], each["line"], each["column"]) for each in results("--engine", engine)]
    assert found == [("data/more.ttl", 3, 30), ("data/things.ttl", 3, 1), ("data/things.ttl", 4, 14)]


def test_of_several_files_that_speak_of_a_thing_the_one_with_the_triple_is_named(site, results):
    (site / "data/more.ttl").write_text(HEAD + '\n<a> ex:name " spaced" .\n<b> ex:name "B" .\n')
    (site / "data/typed.ttl").write_text(HEAD + "<c> a ex:Thing .\n")
    (site / "data/almost.ttl").write_text(HEAD + "<c> ex:above <a> .\n")
    found = [(each["rule"], each["path"], each["line"]) for each in results()]
    assert ("A02", "data/more.ttl", 4) in found
    assert ("A01", "data/typed.ttl", 3) in found


@pytest.mark.parametrize(
    ("language", "message"),
    [("fi", "Kehä: a, a"), ("sv", "Cirkel: a, a"), ("en", "Cycle: a, a")],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_message_is_in_the_language_asked_for_with_short_names(language, message, engine, site, results):
    (site / "data/things.ttl").write_text(HEAD + '<a> a ex:Thing ; ex:name "A" ; ex:above <a> .')
    (only,) = results("--lang", language, "--engine", engine)
    assert (only["message"], only["language"]) == (message, language)
    assert (only["resultPath"], only["value"]) == ("https://example.org/def#above", named("a"))


def test_the_locale_decides_where_no_language_is_asked_for(site, check, monkeypatch):
    monkeypatch.setenv("LANG", "sv_FI.UTF-8")
    assert check()[1] == "Allt är i sin ordning: uppgifterna följer reglerna.\n"


#: Bytes of a file -> (rule, line, column).
UNREADABLE = {
    "a byte that is not UTF-8": (b'<x:s> <x:p> 1 .\n<x:s> <x:p> "\xc3\xa4\xe4" .', ("encoding", 2, 15)),
    "UTF-16": ("<x:s> <x:p> 1 .".encode("utf-16"), ("encoding", 1, 1)),
    "an undeclared prefix": (b"<x:s> <x:p> 1 ;\n  ex:name 2 .", ("syntax", 2, 3)),
    "a relative IRI without a base": (b"\n<s> <x:p> 1 .", ("syntax", 2, 1)),
    "a space in an IRI": (b"<x:s> <http://e/a b> 1 .", ("syntax", 1, 7)),
    "an unterminated string": (b'<x:s> <x:p> "a .', ("syntax", 1, 13)),
    "a missing full stop": (b"<x:s> <x:p> 1\n<x:s> <x:p> 2 .", ("syntax", 1, 14)),
    "triple terms nested very deep": (b"<x:s> <x:p> " + b"<<( <x:s> <x:p> " * 50_000, ("syntax", 1, 1613)),
    "a string above the parser's limit": (b'<x:s> <x:p> "' + b"a" * 20_000_000 + b'" .', ("syntax", 1, 1)),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_a_result_with_its_place(case, site, check, results):
    data, expected = UNREADABLE[case]
    (site / "data/things.ttl").write_bytes(data)
    assert check()[0] == 1
    assert [(each["rule"], each["line"], each["column"]) for each in results()] == [expected]


def test_all_syntax_faults_of_all_files_are_told(site, results):
    (site / "data/things.ttl").write_text("<x:s> <x:p> bogus .\n<x:s> <x:p> 1 .\n<x:s> no:p 1 .\n")
    (site / "shapes/more.ttl").write_text("<x:s> <x:p> .\n")
    assert [(each["path"], each["line"]) for each in results()] == [
        ("data/things.ttl", 1),
        ("data/things.ttl", 3),
        ("shapes/more.ttl", 1),
    ]


def test_a_byte_order_mark_is_no_fault_and_no_column(site, results):
    (site / "data/things.ttl").write_text("\ufeff<x:s> bogus:p 1 .")
    assert [(each["line"], each["column"]) for each in results()] == [(1, 7)]


def cannot_run(site: Path) -> dict[str, list[str]]:
    os.mkfifo(site / "pipe.ttl")
    (site / "folder.ttl").mkdir()
    (site / "linked").mkdir()
    (site / "linked/a.ttl").symlink_to(site / "data/things.ttl")
    (site / "notes.txt").write_text("")
    return {name: [name] for name in ("nowhere.ttl", "pipe.ttl", "linked", "notes.txt")}


def test_what_cannot_be_checked_ends_with_status_2_and_a_line_that_names_it(site, check):
    for name, arguments in cannot_run(site).items():
        status, output = check(*arguments)
        assert status == 2, name
        assert name in output
        assert output.count("\n") == 1


def test_a_folder_named_like_a_file_inside_the_data_is_refused(site, check):
    (site / "data/x.ttl").mkdir()
    assert check()[0] == 2


def test_a_folder_that_is_no_site_is_told_with_status_2(site, check):
    (site / "data/things.ttl").unlink()
    (site / "data").rmdir()
    status, output = check("--lang", "en")
    assert (status, output.count("\n")) == (2, 1)
    assert "Is this the folder of a site?" in output


def test_given_files_stand_in_place_of_the_data(site, check):
    (site / "broken.ttl").write_text(HEAD + "<a> a ex:Thing .")
    assert check("broken.ttl")[0] == 1
    assert check("data/things.ttl")[0] == 0


def test_text_shows_the_line_with_a_caret_under_the_fault(site, check):
    (site / "data/things.ttl").write_text(HEAD + '<ä> a ex:Thing ;\n\tex:name " A" .')
    assert check("--lang", "en")[1] == (
        "data/things.ttl:4:10: [A02] The name begins with a space.\n"
        '    \tex:name " A" .\n'
        "    \t        ^\n"
        "\n"
        "1 fault in 1 file. Mend them and run ekograph check again.\n"
    )


def test_text_gives_no_control_characters_to_the_terminal(site, check):
    (site / "data/things.ttl").write_text(HEAD + '<a> ex:above "\x1b[31m" .')
    output = check()[1]
    assert "\x1b" not in output


def test_json_is_one_object_with_the_fields_in_order(site, check):
    (site / "data/things.ttl").write_text(HEAD + "<a> a ex:Thing .")
    report = json.loads(check("--format", "json")[1])
    assert report["conforms"] is False
    fields = "rule severity path line column focusNode resultPath value message language"
    assert [" ".join(each) for each in report["results"]] == [fields]


def test_github_annotations_escape_what_would_end_them(site, check):
    (site / "data/a,b.ttl").write_text(HEAD + "<c> a ex:Thing .")
    assert check("--format", "github")[1].startswith(
        "::error file=data/a%2Cb.ttl,line=3,col=1,title=A01::Give one name.\n"
    )


def test_other_syntaxes_are_checked_too(site, results):
    (site / "data/x.nt").write_text("<https://e/x> a <x:y> .")
    (site / "data/y.jsonld").write_text('{"@id": "https://e/y", "@type": "https://example.org/def#Thing"}')
    found = [(each["rule"], each["path"], each["line"]) for each in results()]
    assert found == [("syntax", "data/x.nt", 1)]
    (site / "data/x.nt").unlink()
    assert [(each["rule"], each["path"]) for each in results()] == [("A01", "data/y.jsonld")]


def test_what_is_misspelt_comes_first_in_its_file(site, results):
    ontology = (site / "ontology/def.ttl").read_text()
    (site / "ontology/def.ttl").write_text(ontology + "<https://example.org/def> a ex:Thing .\n")
    closed = "rule:G03 a sh:NodeShape ; sh:targetSubjectsOf ex:above ; sh:closed true ;"
    closed += " sh:ignoredProperties ( ex:above ) .\n"
    (site / "shapes/rules.ttl").write_text(SHAPES + closed)
    (site / "data/things.ttl").write_text(HEAD + '<a> a ex:Thing ;\n  ex:above <b> ;\n  ex:nmae "A" .')
    found = [(each["rule"], each["line"]) for each in results() if each["path"] == "data/things.ttl"]
    assert found[0] == ("G03", 5)


def test_places_are_read_only_in_files_with_faults(site, results, monkeypatch):
    from ekograph.validation import positions

    read, original = [], positions.statements
    monkeypatch.setattr(positions, "statements", lambda text: read.append(text) or original(text))
    for number in range(5):
        (site / f"data/more-{number}.ttl").write_text(HEAD + f'<m{number}> a ex:Thing ; ex:name "M{number}" .')
    broken = HEAD + "<nameless> a ex:Thing ."
    (site / "data/broken.ttl").write_text(broken)
    assert len(results()) == 1
    assert read == [broken]


def test_checking_loads_neither_rdflib_nor_pyshacl(site):
    code = (
        "import sys; from pathlib import Path; from ekograph import config\n"
        "from ekograph.validation import check, sources\n"
        "settings = config.load(Path())\n"
        "assert check.check(sources.collect(settings), settings, 'en').report.conforms\n"
        "assert not {'rdflib', 'pyshacl', 'fastapi', 'jinja2'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=site)


def test_what_is_to_be_published_is_canonical(site):
    from ekograph import config
    from ekograph.validation import check, sources

    (site / "data/things.ttl").write_text(GOOD + '[ ex:above [ ex:name "B" ] ] .')
    settings = config.load(site)
    first = check.check(sources.collect(settings), settings, "en")
    second = check.check(sources.collect(settings), settings, "en")
    assert first.nquads == second.nquads
    assert b"_:c14n0" in first.nquads
    assert first.prefixes["ex"] == "https://example.org/def#"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("missing", ["ekograph.toml", "shapes/rules.ttl", "ontology/def.ttl", ""])
def test_what_a_folder_lacks_or_holds_gives_no_traceback(missing, engine, site):
    (site / "data/things.ttl").write_text(f"{GOOD}<a> ex:number {'9' * 5000} .\n")
    if missing:
        (site / missing).unlink()
        (site / "more.ttl").symlink_to("nowhere.ttl")
    done = subprocess.run(
        [sys.executable, "-m", "ekograph", "check", "--engine", engine], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stdout


def test_a_folder_in_the_place_of_the_settings_is_told(site):
    (site / "ekograph.toml").unlink()
    (site / "ekograph.toml").mkdir()
    done = subprocess.run([sys.executable, "-m", "ekograph", "check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "ekograph.toml" in done.stderr
