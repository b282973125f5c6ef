"""What a rule is: a plain value, and a generator of findings over a suite."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemod.analysis.suite import Suite
from codemod.model import Applicability, Finding, Location, Step


@dataclass(frozen=True, slots=True)
class Rule:
    """A code and its promise. ``doc`` is the module's docstring: the page `loopmend explain CODE` shows."""

    code: str
    name: str
    summary: str
    since: str
    max_applicability: Applicability
    doc: str
    check: Callable[[Suite], Iterator[Finding]]


def finding(
    code: str, location: Location, message: str, subject: str, symbol: str = "", steps: tuple[Step, ...] = (), advice: str = ""
) -> Finding:
    """Return a finding whose id survives line moves: it hashes path, symbol and subject, never a line."""
    digest = hashlib.sha256("\0".join((location.path, symbol, subject)).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return Finding(code, location, message, f"{code}-{digest}", symbol, steps, Applicability.DISPLAY, advice)
