"""The page on which a description is given to be checked, and the answer, which is put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import escape

from ekograph.rdf import formats
from ekograph.rendering.layout import fragment, frame_of, page
from ekograph.rendering.site import CheckForm, Site
from ekograph.rendering.view import View, messages

_ANSWER = re.compile(rb'<div id="answer"></div>')
_TEXT = re.compile(rb"(<textarea[^>]*>\n)[^<]*(</textarea>)")
# What HTML cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def form_page(site: Site, form: CheckForm, language: str) -> bytes:
    """The page of one kind of description: the form, and what is checked."""
    frame = frame_of(View(site, language), form.text(form.title, language), form.path)
    name = next(iter(form.examples), "")
    kind = formats.by_suffix(name.rpartition(".")[2]) or formats.RESULTS_CSV
    return page("description.html", frame, form=form, name=name, media_type=kind.media_type)


def answer_page(
    printed: bytes, language: str, text: str, assessment: Mapping[str, Any], theme: Path | None = None
) -> bytes:
    """The page `printed` with the text that was checked and what came of it; `theme` is the folder of the theme."""
    translate = messages("pages", language, theme)
    answer = fragment("assessment.html", translate, theme, **assessment)
    shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    body = _TEXT.sub(lambda match: match[1] + str(escape(shown)).encode() + match[2], printed, count=1)
    return _ANSWER.sub(lambda _: answer, body, count=1)
