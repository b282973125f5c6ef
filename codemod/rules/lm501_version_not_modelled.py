"""The pytest-asyncio version has no loop model in this release.

*What it does.* Says that the project's pytest-asyncio is older than 1.0, where the `event_loop` fixture decides
every loop.

*Why is this bad.* Without a model of the loops no crossing can be proven and no edit is safe. Upgrading such a
suite by hand meets `fixture 'event_loop' not found` and `attached to a different loop`.

*Fix safety.* Never applied. `--source 1.0.0` analyses the suite as if it ran on 1.x already.

*Left alone.* Everything else in the project: no other rule looks at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding where the suite could not be modelled."""
    if not suite.models:
        version = f"pytest-asyncio {suite.version} ({suite.version_origin})"
        message = f"{version} has no loop model in this release; 1.0 and later have one"
        yield finding(
            RULE.code,
            Location(suite.config_path, 1),
            message,
            "version",
            advice="--source VERSION analyses the suite as if it had that version",
        )


RULE = Rule(
    code="LM501",
    name="version-not-modelled",
    summary="the pytest-asyncio version has no loop model in this release",
    since="0.1.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
