"""Messages in the reader's language, from the JSON files that translators edit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: The languages every message is written in; the first is not the fallback of readers, see `reader_language`.
LANGUAGES = ("fi", "sv", "en")


class Messages:
    """The messages of one area in one language; calling it with a key gives the text.

    `folder` holds messages of the same areas that go before these, as a site's theme has them.
    A key that is counted has the forms `key.one` and `key.other`, chosen by the value `count`
    (the plural categories of Finnish, Swedish and English in CLDR). Raises KeyError for an unknown key.
    """

    def __init__(self, area: str, language: str, folder: Path | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        name = f"{area}.{self.language}.json"
        self._texts: dict[str, str] = json.loads((Path(__file__).parent / "locales" / name).read_text("utf-8"))
        if folder and (path := folder / name).is_file():
            self._texts |= json.loads(path.read_text("utf-8"))

    def __contains__(self, key: str) -> bool:
        """Whether there is a message of this key, without a plural."""
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._texts)

    def template(self, key: str) -> str:
        """The text of `key` with its {places} unfilled."""
        return self._texts[key]

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key` with `values` in its {places}."""
        if "count" in values and key not in self._texts:
            key = f"{key}.one" if values["count"] == 1 else f"{key}.other"
        return self._texts[key].format_map(values)


def reader_language(preferred: str | None = None) -> str:
    """The language to speak to whoever runs a command: as asked for, else that of the locale, else English.

    The locale is read as POSIX says: LC_ALL before LC_MESSAGES before LANG.
    """
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    language = (preferred or locale)[:2].lower()
    return language if language in LANGUAGES else "en"
