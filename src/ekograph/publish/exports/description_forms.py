"""The pages on which descriptions are checked, what they are checked with, and the examples to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ekograph.config import Settings
from ekograph.publish.publication import Publication
from ekograph.publish.site_pages import page_in_languages
from ekograph.rdf.dataset import Dataset
from ekograph.rendering import description_pages
from ekograph.rendering.representations import LazyRepresentation
from ekograph.rendering.site import CheckForm
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import CHECKS
from ekograph.validation import descriptions


def read(settings: Settings, dataset: Dataset) -> Sequence[CheckForm]:
    """The kinds of descriptions that the site can check beside its dataset. Raises SourceError."""
    forms = []
    for name in descriptions.names(settings.root):
        check = descriptions.read(settings, name, dataset.quads, dataset.prefixes)
        paths = sorted((settings.root / descriptions.FOLDER / name).glob("example.*"))
        examples = {f"{name}{path.suffix}": path.read_bytes() for path in paths}
        forms.append(CheckForm(name, *descriptions.about(settings, name), examples, check.as_json()))
    return forms


def export(publication: Publication) -> Iterator[LazyRepresentation | Representation]:
    """The page of each kind of description, its examples, and the check as the server reads it."""
    site = publication.site
    for form in site.checks:
        yield from page_in_languages("", site, partial(description_pages.form_page, site, form), stem=form.path)
        yield Representation(f"{form.path}{CHECKS}", "", "application/json", "", form.check)
        for name, content in form.examples.items():
            kind = descriptions.form_of(content, file_name=name).content_type
            yield Representation(f"/downloads/{name}", "", kind, "", content)
