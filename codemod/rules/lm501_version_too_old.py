"""The pytest-asyncio version is too old for a repair.

*What it does.* Says that the project's pytest-asyncio is older than 1.0, where the `event_loop` fixture and its
overrides decide on which loop a test runs. The suite is analysed as its version runs it and every crossing is
reported, but no edit is offered.

*Why is this bad.* Upgrading such a suite by hand meets `fixture 'event_loop' not found` and `attached to a different
loop`; an override that shared one loop is silently ignored from 1.0 on.

*Fix safety.* Never applied: repairs are offered from 1.0 on. `--source 1.0.0` analyses and repairs the suite as if it
ran on 1.x already.

*Left alone.* Every file. A suite without a crossing gets this line only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding where the suite goes from a version with `event_loop` to one without."""
    if suite.leaves_event_loop:
        yield finding(
            RULE.code,
            Location(suite.place.path, 1),
            f"pytest-asyncio {suite.version} ({suite.version_origin}) cannot run what {suite.target} needs",
            "version",
            advice=f"raise the requirement to pytest-asyncio {suite.target} together with this change",
        )


RULE = Rule(
    code="LM501",
    name="version-too-old",
    summary="the pytest-asyncio version is too old for a repair",
    since="0.1.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
