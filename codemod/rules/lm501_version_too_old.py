"""A requirement keeps out the pytest-asyncio version the suite goes to.

*What it does.* Names each requirement or lock of pytest-asyncio that forbids the version a migrated suite is written
for, what it has to be raised to, and the oldest pytest and Python that version runs with.

*Why is this bad.* A migrated suite needs what its old version does not have. Upgrading pytest-asyncio without migrating
is no better: an `event_loop` override that shared one loop is silently ignored from 1.0 on.

*Fix safety.* Never applied: raising pytest-asyncio, pytest and Python together is a decision about the whole project,
and locks are written by their own tools.

*Left alone.* Requirements that already allow the version, and suites that stay where they are (`--target current`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.raising import Obstacle, obstacles
from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding for each requirement to raise, or one where the version was given and none is written."""
    if not suite.upgrades and not suite.assumed:
        return
    for obstacle in obstacles(suite):
        yield _finding(suite, obstacle)


def _finding(suite: Suite, obstacle: Obstacle) -> Finding:
    """Return what keeps the target out, and what else has to go up with it."""
    says = f"{obstacle.what} keeps out pytest-asyncio {suite.target}, which the suite "
    if not suite.upgrades:
        says += f"is written for: it {suite.version_origin}"
    else:
        says += f"goes to from {suite.version}" + (f" ({suite.version_origin})" if suite.assumed else "")
    place = Location(obstacle.path, obstacle.line) if obstacle.path else Location(suite.place.path, 1)
    return finding(RULE.code, place, says, obstacle.subject, advice="; ".join(obstacle.advice))


RULE = Rule(
    code="LM501",
    name="version-too-old",
    summary="a requirement keeps out the pytest-asyncio version to go to",
    since="0.1.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
