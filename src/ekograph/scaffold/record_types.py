"""The kinds of things that can be made anew."""

from __future__ import annotations

from ekograph.scaffold.agreement import AGREEMENT
from ekograph.scaffold.contact import CONTACT
from ekograph.scaffold.priority import PRIORITY

KINDS = (AGREEMENT, PRIORITY, CONTACT)
