"""What a rule is: a plain value, and a generator of findings over a suite."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.paths import crossing_steps, loops_in_words
from codemod.model import Applicability, Finding, Location, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemod.analysis.crossings import Crossing
    from codemod.analysis.suite import Suite


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
    code: str,
    location: Location,
    message: str,
    subject: str,
    symbol: str = "",
    steps: tuple[Step, ...] = (),
    advice: str = "",
) -> Finding:
    """Return a finding whose id survives line moves: it hashes path, symbol and subject, never a line."""
    digest = hashlib.sha256("\0".join((location.path, symbol, subject)).encode("utf-8", "surrogateescape")).hexdigest()[
        :8
    ]
    return Finding(code, location, message, f"{code}-{digest}", symbol, steps, Applicability.DISPLAY, advice)


def crossing_finding(
    code: str, suite: Suite, crossing: Crossing, says: str, subject: str = "", advice: str = ""
) -> Finding:
    """Return the finding of a crossing; ``says`` follows the resource's name and may hold ``{loops}``."""
    made = crossing.made
    owner = made.owner.qualname if made.owner is not None else ""
    where = f", made in fixture `{owner}`," if owner else ", module-level,"
    message = f"`{made.name}` ({made.resource.name}){where} {says.format(loops=loops_in_words(crossing))}"
    steps = crossing_steps(suite, crossing)
    return finding(code, made.location, message, subject or made.resource.id, owner or made.name, steps, advice)
