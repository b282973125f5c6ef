"""A fixture swallows "Event loop is closed".

*What it does.* Finds `except RuntimeError` clauses in fixtures that look for the text `Event loop is closed` (the
seed document's last resort).

*Why is this bad.* It never made a failing suite pass: the error raised first is `attached to a different loop`.
Where it does match it hides a connection that stays open.

*Fix safety.* Safe, and only together with the repair of the crossing it hides: the strategy removes the clause when
the values of that fixture no longer cross loops. Without a crossing in sight the clause is only shown.

*Left alone.* Clauses without that text, and code outside fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per suppressing clause in a fixture some test uses."""
    for key, fixture in sorted(suite.fixtures().items(), key=lambda pair: (pair[0].path, pair[1].function.span)):
        for number, span in enumerate(fixture.function.flow.suppressions):
            hides = "which hides a value closed on the wrong loop"
            message = f'fixture `{fixture.decl.name}` swallows "Event loop is closed", {hides}'
            yield finding(RULE.code, Location(key.path, span.line, span.column + 1), message, str(number), key.qualname)


RULE = Rule(
    code="LM602",
    name="suppressed-loop-error",
    summary='a fixture swallows "Event loop is closed"',
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    valid_from="0.10.0",
)
