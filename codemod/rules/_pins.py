"""What the rules about requirements share: a finding at a requirement, and where the suite goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Finding, Location
from codemod.project.requirements import Pin
from codemod.rules._base import finding

if TYPE_CHECKING:
    from codemod.analysis.raising import Raise
    from codemod.analysis.suite import Suite


def pin_finding(code: str, each: Raise, says: str, advice: str) -> Finding:
    """Return the finding at a requirement or lock, told from others in its file by where and how it is written."""
    path, _, line = each.pin.origin.rpartition(":")
    subject = (each.name, path, *((*map(str, each.pin.key), each.pin.source) if isinstance(each.pin, Pin) else ()))
    return finding(code, Location(path, int(line)), says, ":".join(subject), advice=advice)


def goes(suite: Suite) -> str:
    """Return the end of a sentence about the suite: where it goes, or why it is taken as written for the target."""
    if suite.upgrades:
        return f"goes to from {suite.version}"
    return f"is written for: it {suite.version_origin}" if suite.assumed else f"is for, from {suite.keep} on"
