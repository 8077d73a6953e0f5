"""The kinds of things that can be made anew."""

from __future__ import annotations

from ekograph.authoring.new.agreement import AGREEMENT
from ekograph.authoring.new.contact import CONTACT
from ekograph.authoring.new.priority import PRIORITY

KINDS = (AGREEMENT, PRIORITY, CONTACT)
