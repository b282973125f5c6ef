"""A name out of the inside of pytest-asyncio is gone.

*What it does.* Finds names of `pytest_asyncio.plugin` that the version the suite goes to (or has) no longer has, such
as `event_loop` (until 0.26) and `wrap_in_sync` (until 1.1).

*Why is this bad.* `ImportError: cannot import name 'event_loop' from 'pytest_asyncio.plugin'`, while the tests are
collected.

*Fix safety.* Never applied: the names never were an interface, and what took their place works differently.

*Left alone.* Names that are still there; names that were never the plugin's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.internals import lost_names
from codemod.model import Applicability, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import Finding


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per name that the target lacks and file that uses it."""
    for path in suite.workspace.files:
        for lost in lost_names(path, suite.workspace.read(path) or b"", suite.target):
            message = f"`pytest_asyncio.plugin.{lost.name}` is gone since pytest-asyncio {lost.version}"
            location = Location(path, lost.span.line, lost.span.column + 1)
            yield finding(RULE.code, location, message, lost.name, advice=lost.instead)


RULE = Rule(
    code="LM408",
    name="removed-internal",
    summary="a name out of the inside of pytest-asyncio is gone",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
    breaks=True,
)
