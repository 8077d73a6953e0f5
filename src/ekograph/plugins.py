"""What a site adds to the core, in its folder `theme/`: templates, messages, static files, and hooks in Python.

Only a site that is started as a site has its hooks run: `publish`, `serve` without a path, `export` and `new`. Opening
a folder or a file of somebody else's (`serve PATH`, `check`, `fmt`, `diff`) runs none of its code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any, TypeAlias

from ekograph.config import ConfigError, Settings

#: The module of a theme that holds its hooks, as `theme = Theme(…)`.
HOOKS = "hooks"

Values: TypeAlias = Mapping[str, Any]

# What hooks take and give is defined in the layers above this one: rendering.view.View, rendering.site.Site,
# publish.publication.Publication, snapshots.snapshot.Representation and scaffold.records.RecordType.
View: TypeAlias = Any
Site: TypeAlias = Any
Publication: TypeAlias = Any
Representation: TypeAlias = Any
RecordType: TypeAlias = Any


@dataclass(frozen=True)
class PageType:
    """A template for the pages of a class, and a function of (view, node) to the values that fill it."""

    template: str
    values: Callable[[View, Any], Values] = lambda _view, _node: {}


@dataclass(frozen=True)
class SitePage:
    """A page about the site itself: its path, the key of its name in the messages, and its template.

    `shown` says whether a site has it; pages are linked from the foot of every page.
    """

    path: str
    key: str
    template: str
    values: Callable[[View], Values] = lambda _view: {}
    shown: Callable[[Site], bool] = lambda _site: True


@dataclass(frozen=True, eq=False)
class Theme:
    """The hooks of a site; all are optional, and a site without a theme has `Theme()`.

    folder: holds templates/, locales/ and static/, which go before those of the core.
    page_types: the page type of each class, by its IRI; the first that a thing is of is taken.
    front_page: the values for the theme's front.html, which fills the blocks of the core's.
    pages: pages about the site.
    navigation: further entries of the navigation: paths and keys of their names in the messages.
    example_query: what the query form begins with.
    order_properties: IRIs of properties whose whole numbers order siblings, before those that the core knows.
    search_ranks: groups of search results in their order: the key of the name, and the IRI of the class.
    search_context: IRIs of properties: a thing is found by the names of what they lead to, too.
    search_inverse: the same for what points to the thing.
    absent_names: names of what the site knows to have nothing about, by the stems that their forms begin with.
    record_types: what `ekograph new` can write.
    exporters: functions of a publication to further representations.
    """

    folder: Path | None = None
    page_types: Mapping[str, PageType] = field(default_factory=dict)
    front_page: Callable[[View], Values] = lambda _view: {}
    pages: Sequence[SitePage] = ()
    navigation: Sequence[tuple[str, str]] = ()
    example_query: str = ""
    order_properties: Sequence[str] = ()
    search_ranks: Sequence[tuple[str, str]] = ()
    search_context: Sequence[str] = ()
    search_inverse: Sequence[str] = ()
    absent_names: Callable[[], Mapping[str, str]] = dict
    record_types: Callable[[], Sequence[RecordType]] = tuple
    exporters: Sequence[Callable[[Publication], Iterable[Representation]]] = ()


def load_theme(settings: Settings) -> Theme:
    """The theme that the settings name, its hooks run; raises ConfigError, which says what is wrong with it."""
    folder = settings.theme_dir
    if folder is None:
        return Theme()
    if not folder.is_dir():
        raise ConfigError(f"the setting theme names {folder}, which is no folder")
    if not (folder / f"{HOOKS}.py").is_file():
        return Theme(folder)
    # Each folder is a package of its own, so that themes of several sites do not meet in one process.
    name = f"theme_{sha256(str(folder).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    try:
        theme = import_module(f"{name}.{HOOKS}").theme
    except Exception as error:
        raise ConfigError(f"{_place(error, folder)}: {type(error).__name__}: {error}") from error
    if not isinstance(theme, Theme):
        raise ConfigError(f"{folder / HOOKS}.py: `theme` must be an ekograph.plugins.Theme")
    return replace(theme, folder=folder)


def _place(error: Exception, folder: Path) -> str:
    """The last line of the theme that an error went through."""
    lines = [frame for frame in extract_tb(error.__traceback__) if frame.filename.startswith(str(folder))]
    return f"{lines[-1].filename}:{lines[-1].lineno}" if lines else f"{folder / HOOKS}.py"
