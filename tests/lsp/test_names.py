"""What a token of Turtle is, and what shapes say of a class: without a server, from texts."""

from __future__ import annotations

import pytest

from ekograph.lsp.names import uses

HEAD = "@prefix ex: <http://example.org/> .\n"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("ex:s ex:p ex:o .", "subject verb object"),
        ("ex:s a ex:C ; ex:p ex:o , ex:z .", "subject verb class verb object object"),
        ("ex:s ex:p ex:o . ex:t ex:p ex:o .", "subject verb object subject verb object"),
        # A nameless thing is a subject or an object, and what comes after it goes on as after a name.
        ("[] a ex:C .", "verb class"),
        ("[] a ex:C . ex:s ex:p ex:o .", "verb class subject verb object"),
        ("[ ex:p ex:o ] ex:q ex:z .", "verb object verb object"),
        (
            "ex:s ex:p [ ex:q ex:o ; a ex:C ] , ex:z ; ex:r ex:y .",
            "subject verb verb object verb class object verb object",
        ),
        ("ex:s ex:p [ ex:q [ ex:r ex:o ] ] ; ex:t ex:u .", "subject verb verb verb object verb object"),
        ("( ex:a ex:b ) ex:p ex:o .", "object object verb object"),
        ("ex:s ex:p ( ex:a [ ex:q ex:b ] ex:c ) ; ex:r ex:o .", "subject verb object verb object object verb object"),
    ],
)
def test_each_name_has_the_role_of_its_place(text, roles):
    assert " ".join(use.role for use in uses(HEAD + text) if use.iri and use.role != "declaration") == roles
