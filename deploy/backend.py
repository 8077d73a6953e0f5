"""The build backend: flit, which would pack a wheel or sdist without the query editor and not notice.

The editor is bundled by npm and not committed, so a clean clone lacks it. An editable installation works without.
"""

from collections.abc import Mapping
from pathlib import Path

from flit_core import buildapi
from flit_core.buildapi import *  # noqa: F403 - the hooks of PEP 517 and 660 that need no check

_PACKAGE = Path("src/ekograph")
_EDITOR = ("editor.js", "editor.css")


def build_wheel(
    wheel_directory: str, config_settings: Mapping[str, object] | None = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel (PEP 517); raises SystemExit when the query editor is not built."""
    _check_editor()
    return buildapi.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Mapping[str, object] | None = None) -> str:
    """Build an sdist (PEP 517); raises SystemExit when the query editor is not built."""
    _check_editor()
    return buildapi.build_sdist(sdist_directory, config_settings)


def _check_editor() -> None:
    missing = [name for name in _EDITOR if not list(_PACKAGE.rglob(f"static/built/{name}"))]
    if missing:
        raise SystemExit(
            f"ekograph is not built: its query editor is missing ({' and '.join(missing)}).\n"
            "Run `npm ci && npm run build` in this folder first; it needs Node.js 20 or newer."
        )
