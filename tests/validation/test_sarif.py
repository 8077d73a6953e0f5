"""The SARIF log of a check, against the standard (SARIF 2.1.0, OASIS Standard incorporating Approved Errata 01)."""

from __future__ import annotations

import json

import jsonschema
import pytest
from tests.conftest import ROOT, ekograph
from tests.validation.test_check import HEAD

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}


def closed(required: str, **properties: object) -> dict[str, object]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


#: The parts of the standard that a check uses, section by section; whatever else it wrote would be a fault.
REGION = closed(  # 3.30
    "startLine", startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1}
)
ARTIFACT = closed("uri", uri={"type": "string", "format": "uri-reference", "pattern": r"^[^ \\]+$"})  # 3.4
PLACE = closed(  # 3.28, 3.29
    "physicalLocation",
    physicalLocation=closed("artifactLocation", artifactLocation=ARTIFACT, region=REGION),
    logicalLocations={"type": "array", "items": closed("", fullyQualifiedName={"type": "string"})},
)
RESULT = closed(  # 3.27
    "ruleId message",
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=TEXT,
    locations={"type": "array", "items": PLACE, "minItems": 1},
)
RULE = closed("id", id={"type": "string"}, shortDescription=TEXT, help=TEXT)  # 3.49
DRIVER = closed(  # 3.19
    "name",
    name={"type": "string"},
    version={"type": "string"},
    semanticVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+"},
    rules={"type": "array", "items": RULE, "uniqueItems": True},
)
RUN = closed(  # 3.14
    "tool results",
    tool=closed("driver", driver=DRIVER),
    language={"type": "string", "pattern": "^[a-z]{2}$"},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)
LOG = closed(  # 3.13
    "version runs",
    **{"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
)


def valid(text: str) -> dict:
    """The only run of a log, which must be as the standard says."""
    log = json.loads(text)
    jsonschema.validate(log, LOG, format_checker=jsonschema.FormatChecker())
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    return run


def test_each_result_has_its_place(site, check):
    (site / "data/things.ttl").write_text(HEAD + "<ä> a ex:Thing .")
    (result,) = valid(check("--format", "sarif")[1])["results"]
    assert (result["ruleId"], result["level"], result["message"]["text"]) == ("A01", "error", "Give one name.")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "data/things.ttl"},
        "region": {"startLine": 3, "startColumn": 1},
    }


@pytest.mark.parametrize("name", ["ä b.ttl", "100%.ttl", "a#b.ttl"])
def test_names_of_files_are_uris(name, site, check):
    (site / "data" / name).write_text(HEAD + "<c> a ex:Thing .")
    assert len(valid(check("--format", "sarif")[1])["results"]) == 1


def test_what_conforms_has_an_empty_log(check):
    assert valid(check("--format", "sarif")[1])["results"] == []


def test_syntax_faults_are_in_the_log(site, check):
    (site / "data/things.ttl").write_text("<x:s> <x:p> .")
    assert [each["ruleId"] for each in valid(check("--format", "sarif")[1])["results"]] == ["syntax"]


@pytest.mark.parametrize(
    ("language", "name"), [("fi", "suomenkielinen nimi"), ("sv", "finsk benämning"), ("en", "Finnish label")]
)
def test_the_rules_of_this_site_are_described_in_the_language_asked_for(language, name):
    broken = ROOT / "tests/site/rules/A01-missing-label.ttl"
    run = valid(ekograph("check", str(broken), "--format", "sarif", "--lang", language).stdout)
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"], run["language"]) == ("A01", name, language)
    assert rule["help"]["text"].startswith(f"A01  {name}")
