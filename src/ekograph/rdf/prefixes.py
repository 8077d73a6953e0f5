"""Prefixes that people know, for data that declares none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

#: The prefixes by their namespaces.
WELL_KNOWN: Mapping[str, str] = json.loads(Path(__file__).with_name("prefixes.json").read_text(encoding="utf-8"))
#: The namespaces by their prefixes.
NAMESPACES: Mapping[str, str] = {prefix: namespace for namespace, prefix in WELL_KNOWN.items()}
