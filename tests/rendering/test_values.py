"""What a page shows of a literal of each datatype and form, in each language; no value is changed."""

from __future__ import annotations

import re
from html import unescape

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from tests.rendering.sites import LANGUAGES, small

from ekograph.rendering import pages
from ekograph.rendering.view import View

XL = "http://www.w3.org/2008/05/skos-xl#"
HEAD = """
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> . @prefix ex: <https://example.org/> .
"""

#: A literal in Turtle, and what is shown of it in Finnish, Swedish and English; "" is as in the language before.
VALUES = [
    ("-0.25", "−0,25", "", "-0.25"),
    ("0.0015", "0,0015", "", "0.0015"),
    ("1.10", "1,10", "", "1.10"),
    ("-.5", "−,5", "", "-.5"),
    ("+5", "+5", "", ""),
    ("007", "007", "", ""),
    ("1675", "1675", "", ""),
    ("12345", "12\xa0345", "", "12,345"),
    ("-1234567.5", "−1\xa0234\xa0567,5", "", "-1,234,567.5"),
    ("123456789012345", "123\xa0456\xa0789\xa0012\xa0345", "", "123,456,789,012,345"),
    ("12345678901234567890", "12345678901234567890", "", "12345678901234567890"),
    ("0.1234567", "0,1234567", "", "0.1234567"),
    ("1.5E3", "1,5E3", "", "1.5E3"),
    ("-1e-7", "−1e-7", "", "-1e-7"),
    ('"NaN"^^xsd:double', "NaN", "", ""),
    ('"INF"^^xsd:double', "∞", "", ""),
    ('"-INF"^^xsd:float', "−∞", "", ""),
    ('"3.25"^^xsd:float', "3,25", "", "3.25"),
    ('"42"^^xsd:unsignedByte', "42", "", ""),
    ('"-3"^^xsd:negativeInteger', "−3", "", "-3"),
    ('"many"^^xsd:integer', "many", "", ""),
    ("true", "Kyllä", "Ja", "Yes"),
    ('"0"^^xsd:boolean', "Ei", "Nej", "No"),
    ('"maybe"^^xsd:boolean', "maybe", "", ""),
    ('"2021-02-09"^^xsd:date', "9.2.2021", "9 februari 2021", "9 February 2021"),
    ('"2021-02-09Z"^^xsd:date', "9.2.2021 UTC", "9 februari 2021 UTC", "9 February 2021 UTC"),
    ('"2021-02-30"^^xsd:date', "2021-02-30", "", ""),
    ('"-0044-03-15"^^xsd:date', "-0044-03-15", "", ""),
    (
        '"2021-02-09T10:30:00Z"^^xsd:dateTime',
        "9.2.2021 klo 10.30 UTC",
        "9 februari 2021 kl. 10:30 UTC",
        "9 February 2021, 10:30 UTC",
    ),
    (
        '"2021-02-09T10:30:15.5+02:00"^^xsd:dateTime',
        "9.2.2021 klo 10.30.15,5 UTC+02:00",
        "9 februari 2021 kl. 10:30:15,5 UTC+02:00",
        "9 February 2021, 10:30:15.5 UTC+02:00",
    ),
    (
        '"2021-02-09T00:00:00"^^xsd:dateTime',
        "9.2.2021 klo 00.00",
        "9 februari 2021 kl. 00:00",
        "9 February 2021, 00:00",
    ),
    ('"10:30:00"^^xsd:time', "10.30", "10:30", ""),
    ('"10:30:05-05:00"^^xsd:time', "10.30.05 UTC−05:00", "10:30:05 UTC−05:00", ""),
    ('"1675"^^xsd:gYear', "1675", "", ""),
    ('"2021Z"^^xsd:gYear', "2021 UTC", "", ""),
    ('"-0500"^^xsd:gYear', "-0500", "", ""),
    ('"2021-02"^^xsd:gYearMonth', "helmikuu 2021", "februari 2021", "February 2021"),
    ('"2021-13"^^xsd:gYearMonth', "2021-13", "", ""),
    ('"--12-24"^^xsd:gMonthDay', "24.12.", "24 december", "24 December"),
    ('"--12"^^xsd:gMonth', "joulukuu", "december", "December"),
    ('"---24"^^xsd:gDay', "24.", "24", ""),
    ('"P1Y"^^xsd:duration', "1 vuosi", "1 år", "1 year"),
    (
        '"-P1Y2M3DT4H5M6.7S"^^xsd:duration',
        "−1 vuosi 2 kuukautta 3 päivää 4 tuntia 5 minuuttia 6,7 sekuntia",
        "−1 år 2 månader 3 dagar 4 timmar 5 minuter 6,7 sekunder",
        "−1 year 2 months 3 days 4 hours 5 minutes 6.7 seconds",
    ),
    ('"PT90M"^^xsd:dayTimeDuration', "90 minuuttia", "90 minuter", "90 minutes"),
    ('"P18M"^^xsd:yearMonthDuration', "18 kuukautta", "18 månader", "18 months"),
    ('"P"^^xsd:duration', "P", "", ""),
    ('"a < b"', "a < b", "", ""),
    ('"a word"^^xsd:token', "a word", "", ""),
    ('"fi"^^xsd:language', "fi", "", ""),
    ('"5"^^ex:metre', "5 ex:metre", "", ""),
    ('"0A1B"^^xsd:hexBinary', "0A1B", "", ""),
    ('"PHA+"^^xsd:base64Binary', "PHA+", "", ""),
    ('"{\\"a\\": [1]}"^^rdf:JSON', '{"a": [1]}', "", ""),
    ('"<p>a</p>"^^rdf:XMLLiteral', "<p>a</p>", "", ""),
    ('"<b>bold</b>"^^rdf:HTML', "bold", "", ""),
    ('"POINT (24.9 60.1)"^^geo:wktLiteral', "POINT (24.9 60.1)", "", ""),
    ('"https://example.net/x"^^xsd:anyURI', "https://example.net/x", "", ""),
    ('"javascript:x()"^^xsd:anyURI', "javascript:x()", "", ""),
    ('"sana"@fi', "sana", "", ""),
    ('""@en', "(tyhjä)", "(tom)", "(empty)"),
    ('"  "', "(tyhjä)", "(tom)", "(empty)"),
    ('"كلمة"@ar--rtl', "كلمة", "", ""),
    ('"colour"@en-GB', "colour", "", ""),
    ('"first\\nsecond"', "first\nsecond", "", ""),
]


def literal(turtle: str) -> Literal:
    (quad,) = parse(f"{HEAD} ex:s ex:p {turtle} .", format=RdfFormat.TURTLE)
    return quad.object


def markup(turtle: str, language: str) -> str:
    return str(View(small("ex:s ex:p 1 ."), language).literal(literal(turtle)))


@pytest.mark.parametrize(("turtle", "fi", "sv", "en"), VALUES, ids=[turtle for turtle, *_ in VALUES])
def test_a_value_is_shown_as_the_reader_writes_it(turtle, fi, sv, en):
    shown = [unescape(re.sub(r"<[^>]+>", "", markup(turtle, language))) for language in LANGUAGES]
    assert shown == [fi, sv or fi, en or sv or fi]


def test_there_are_sixty_datatypes_and_forms():
    assert len(VALUES) >= 60


@pytest.mark.parametrize(
    ("turtle", "html"),
    [
        ('"كلمة"@ar--rtl', '<span lang="ar" dir="rtl">كلمة</span>'),
        ('"كلمة"@ar', '<span lang="ar" dir="rtl">كلمة</span>'),
        # Without a language the letters say it; the browser finds the direction of each line.
        ('"كلمة"', '<span dir="auto">كلمة</span>'),
        ('"ID 7: שלום"', '<span dir="auto">ID 7: שלום</span>'),
        ('"Žluťoučký 漢字"', "Žluťoučký 漢字"),
        ('"sana"@fi', '<span lang="fi">sana</span>'),
        ('"word"@en-GB', "word"),
        ('"a"@en--rtl', '<span dir="rtl">a</span>'),
        ('"a\\nb"', '<span class="lines">a\nb</span>'),
        (
            '"https://example.net/x"^^xsd:anyURI',
            '<a href="https://example.net/x" rel="external">https://example.net/x</a>',
        ),
        ('"javascript:x()"^^xsd:anyURI', "javascript:x()"),
        ('"2021-02-09"^^xsd:date', '<time datetime="2021-02-09">9 February 2021</time>'),
        ('"<b>x</b>"^^rdf:XMLLiteral', "<code>&lt;b&gt;x&lt;/b&gt;</code>"),
        ('"<b>x</b>"', "&lt;b&gt;x&lt;/b&gt;"),
    ],
)
def test_a_value_says_its_language_direction_and_kind(turtle, html):
    assert markup(turtle, "en") == html


@pytest.mark.parametrize(
    "text",
    [
        "<p onclick='x()'>a</p>",
        "<a href='javascript:x()'>a</a><b>b</b>",
        "<p>a</p><style>p { color: red }</style>",
        "<p>a</p><iframe src='https://example.net'></iframe>",
        "<p style='position: fixed'>a</p>",
    ],
)
def test_html_is_shown_without_what_could_act_or_fetch(text):
    html = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>"
    site = small(f'<https://example.org/id/1> skos:definition "{text}"@en , "{text}"^^{html} .')
    page = pages.resource_page(site, NamedNode("https://example.org/id/1"), "en").decode()
    main = page.partition("<main")[2].partition("</main>")[0].replace("&lt;", "")
    for element in re.findall(r"<(?!/)[^>]*>", main):
        assert not re.search(r"\bon\w+=|javascript:|\bstyle=|<iframe|<style|<script", element), element


def test_a_definition_in_html_is_shown_as_such_and_its_language_said():
    definition = "<p>One <em>two</em> <a href='https://e.org'>x</a></p>"
    site = small(f'<https://example.org/id/1> skos:definition "{definition}"@sv .')
    page = pages.resource_page(site, NamedNode("https://example.org/id/1"), "en").decode()
    shown = '<div class="html"><p>One <em>two</em> <a href="https://e.org" rel="external">x</a></p></div>'
    assert f'<div lang="sv">{shown}</div>' in page


@pytest.mark.parametrize("text", ["1 < 2 and 3 > 2", "the element <p>", "<https://example.org/>", "a <b", "x<y>z"])
def test_text_with_angle_brackets_is_no_html(text):
    site = small(f'<https://example.org/id/1> skos:definition "{text}"@en .')
    page = pages.resource_page(site, NamedNode("https://example.org/id/1"), "en").decode()
    assert f"<p>{text.replace('<', '&lt;').replace('>', '&gt;')}</p>" in page


@pytest.mark.parametrize(
    ("turtle", "language", "name"),
    [
        ('skos:prefLabel "nimi"@fi ; <http://purl.org/dc/terms/title> "title"@en', "en", "title"),
        ('skos:prefLabel ""@en , "nimi"@fi', "en", "nimi"),
        ('skos:prefLabel ""@en', "en", "1"),
        ('<http://schema.org/name> "name"@en', "en", "name"),
        ('<https://schema.org/name> "name"@en', "en", "name"),
        ('<http://purl.org/dc/elements/1.1/title> "title"', "en", "title"),
        ('<http://xmlns.com/foaf/0.1/name> "name"', "en", "name"),
        ('<http://www.w3.org/2006/vcard/ns#fn> "name"', "en", "name"),
        (f'<{XL}prefLabel> [ <{XL}literalForm> "long"@sv , "lång"@en ]', "sv", "long"),
        ('skos:prefLabel "eins"@de , "un"@fr', "en", "eins"),
    ],
)
def test_the_name_is_in_the_language_of_the_reader_whatever_the_property(turtle, language, name):
    filler = "".join(f'<https://example.org/id/x{n}> skos:prefLabel "x"@de . ' for n in range(3))
    site = small(f"<https://example.org/id/1> {turtle} . {filler}", languages=("fi", "sv", "en"))
    assert View(site, language).label(NamedNode("https://example.org/id/1")).value == name


@pytest.mark.parametrize(("length", "left_out"), [(1, ""), (60, ""), (61, "and one more"), (3000, "and 2940 more")])
def test_a_list_of_any_length_is_shown_as_one_and_says_how_much_of_it_is_left_out(length, left_out):
    members = " ".join(f'"m{number}"' for number in range(length))
    site = small(f"<https://example.org/id/1> ex:p ({members}) .")
    page = pages.resource_page(site, NamedNode("https://example.org/id/1"), "en").decode()
    html = page.partition('class="members"')[2].partition("</ol>")[0]
    assert [item for item in re.findall(r"<li[^>]*>(.*?)</li>", html) if item] == [
        *(f"m{number}" for number in range(min(length, 60))),
        *([left_out] if left_out else []),
    ]
