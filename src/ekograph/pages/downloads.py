"""The page of the files to download: the whole dataset in each format, and tables of its classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph import formats
from ekograph.pages import framing, localised
from ekograph.pages.site import Site
from ekograph.pages.templating import page
from ekograph.pages.view import View

#: What describes a table (CSV on the Web) has the name of the table and this.
_DESCRIPTION = "-metadata.json"


@dataclass(frozen=True)
class Download:
    """A file as the page shows it: its name, what it is, its size in words, and the name of its compressed copy."""

    name: str
    title: Markup
    size: str
    compressed: str = ""


def downloads_page(site: Site, files: Iterable[tuple[str, int, str]], language: str) -> bytes:
    """The page of the dumps; `files` are their names, sizes in bytes, and the IRI of the class each is of, or ""."""
    view = View(site, language)
    sizes = {name: (size, about) for name, size, about in files}
    tables = [name for name in sizes if name.endswith(".csv")]
    others = [name for name in sizes if name not in tables and not name.endswith((_DESCRIPTION, ".gz"))]
    # A large site has only compressed ones.
    others += [name for name in sizes if name.endswith(".gz") and name.removesuffix(".gz") not in sizes]
    return page(
        "downloads.html",
        framing.frame_of(view, view.say("downloads.title"), framing.DOWNLOADS),
        view=view,
        whole=[_download(view, name, sizes) for name in others],
        tables=[_download(view, name, sizes) for name in tables],
    )


def _download(view: View, name: str, sizes: dict[str, tuple[int, str]]) -> Download:
    size, about = sizes[name]
    title = view.property_name(NamedNode(about)) if about else _title(view, name)
    return Download(name, title, _size(size, view.language), f"{name}.gz" if f"{name}.gz" in sizes else "")


def _title(view: View, name: str) -> Markup:
    """What a file is by its name: the format of a dump, all files together, or else just the name."""
    found = formats.by_suffix(name.removesuffix(".gz").rpartition(".")[2])
    key = f"format.{found.name}" if found else f"downloads.{name.rpartition('.')[2].lower()}"
    return Markup("{}").format(view.say(key) if key in view.say else name)


def _size(size: int, language: str) -> str:
    """A number of bytes, in kilobytes or megabytes."""
    if size < 1_000_000:
        return f"{localised.number(str(max(1, round(size / 1000))), language)} kB"
    return f"{localised.number(f'{size / 1_000_000:.1f}', language)} MB"
