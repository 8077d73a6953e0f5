"""Lexical forms beside the text of XML Schema 1.1, part 2."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies
from rdflib import Literal, URIRef

from ekograph.rdf.lexical import is_well_formed
from ekograph.rdf.vocab import XSD

WELL_FORMED = {
    "boolean": ["true", "false", "1", "0"],
    "integer": ["0", "-0", "+12", "007", " 5\n"],
    "decimal": ["1", "1.", ".5", "-0.50", "+3.0"],
    "double": ["1", "1e6", "-1.5E-3", "INF", "-INF", "+INF", "NaN", ".5e0"],
    "date": ["2024-02-29", "2021-12-31Z", "-0004-02-29", "12021-01-01", "0000-02-29", "2021-06-01+14:00"],
    "dateTime": ["2021-01-01T24:00:00", "2021-01-01T23:59:59.999-05:00", "2000-02-29T00:00:00Z"],
    "dateTimeStamp": ["2021-01-01T00:00:00Z"],
    "time": ["00:00:00", "24:00:00.0", "12:30:00.5+02:00"],
    "gYear": ["2021", "2021Z", "-0044", "12021", "0000", "2021-13:59"],
    "gYearMonth": ["2021-12", "2021-01+02:00"],
    "gMonth": ["--12", "--01Z"],
    "gDay": ["---31", "---01-05:00"],
    "gMonthDay": ["--02-29", "--12-31Z"],
    "duration": ["P1Y", "-P1Y2M3DT4H5M6.7S", "PT0S", "P1M", "P1D", "PT1H"],
    "dayTimeDuration": ["P3D", "PT1M", "-P1DT1S"],
    "yearMonthDuration": ["P1Y", "P11M", "-P1Y1M"],
    "hexBinary": ["", "0aFF"],
    "base64Binary": ["", "YQ==", "YWI=", "YW Jj", "YWJjYWJj"],
    "language": ["fi", "sr-Latn-RS", "x-klingon"],
    "byte": ["-128", "127", "+0000000000000000000000127"],
    "unsignedByte": ["0", "255", "-0"],
    "unsignedLong": ["18446744073709551615"],
    "long": ["-9223372036854775808"],
    "positiveInteger": ["1", "9" * 5000],
    "nonPositiveInteger": ["0", "-7"],
    "negativeInteger": ["-1", "-" + "9" * 5000],
    "anyURI": ["a b", ""],
    "string": ["anything"],
}
ILL_FORMED = {
    "boolean": ["yes", "TRUE", "", "2"],
    "integer": ["1.0", "abc", "", "1 000", "1e3", "٣"],
    "decimal": ["1e3", ".", "1,5", "INF"],
    "double": ["inf", "nan", "-NaN", "1e", "e5"],
    "date": [
        "2023-02-29",
        "1900-02-29",
        "2021-13-01",
        "2021-00-10",
        "2021-1-1",
        "21-01-01",
        "02021-01-01",
        "2021-06-31",
    ],
    "dateTime": [
        "2021-01-01",
        "2021-01-01T25:00:00",
        "2021-01-01 00:00:00",
        "2021-01-01T24:00:01",
        "2021-02-30T00:00:00",
    ],
    "dateTimeStamp": ["2021-01-01T00:00:00"],
    "time": ["12:30", "24:00:01", "12:60:00"],
    "gYear": ["02021", "2021+15:00", "21", "2021-", "+2021", "2021+14:30"],
    "gYearMonth": ["2021-13", "2021-1", "2021"],
    "gMonth": ["12", "--13", "--00"],
    "gDay": ["---32", "--31"],
    "gMonthDay": ["--02-30", "--04-31", "02-28"],
    "duration": ["P", "PT", "P1S", "1Y", "P1YT", "P-1Y", "P1M1Y"],
    "dayTimeDuration": ["P1Y", "P", "P1DT"],
    "yearMonthDuration": ["P1D", "P", "P1M1Y"],
    "hexBinary": ["abc", "0g"],
    "base64Binary": ["YQ=", "YQ", "Y===", "Ä==="],
    "language": ["x y", "", "fi_FI", "abcdefghi"],
    "byte": ["128", "-129"],
    "unsignedByte": ["256", "-1"],
    "unsignedLong": ["18446744073709551616", "9" * 5000],
    "long": ["9223372036854775808"],
    "positiveInteger": ["0", "-1"],
    "nonPositiveInteger": ["1"],
    "negativeInteger": ["0"],
}


@pytest.mark.parametrize(("datatype", "text"), [(name, text) for name, texts in WELL_FORMED.items() for text in texts])
def test_what_xml_schema_has_for_a_datatype_is_well_formed(datatype: str, text: str) -> None:
    assert is_well_formed(text, XSD.iri + datatype)


@pytest.mark.parametrize(("datatype", "text"), [(name, text) for name, texts in ILL_FORMED.items() for text in texts])
def test_what_xml_schema_does_not_have_is_ill_formed(datatype: str, text: str) -> None:
    assert not is_well_formed(text, XSD.iri + datatype)


@given(strategies.sampled_from(["integer", "byte", "unsignedShort"]), strategies.text("+-0123456789 e.", max_size=6))
def test_whole_numbers_are_judged_as_rdflib_judges_them(datatype: str, text: str) -> None:
    judged = Literal(text.strip(), datatype=URIRef(XSD.iri + datatype)).ill_typed
    assert is_well_formed(text, XSD.iri + datatype) is (not judged)
