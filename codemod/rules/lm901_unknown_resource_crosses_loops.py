"""A value loopmend does not know crosses loops.

*What it does.* Reports third-party objects made in a fixture and awaited on another loop, when the knowledge base
has no entry for the call that makes them.

*Why is this bad.* If the object is bound to a loop the suite fails with `attached to a different loop` or `Event
loop is closed`; if it is not, all is well. loopmend does not guess.

*Fix safety.* Never applied. Tell loopmend what you know, in its configuration, and run it again:
`[tool.loopmend.resources."package.Client"]` with `bound = "creation"`, `"first-use"` or `"never"`.

*Left alone.* Objects of the project itself and of the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, crossing_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per unknown object that is awaited on several loops."""
    says = "is used on more than one loop: {loops}; loopmend does not know whether it is bound to one"
    for crossing in suite.diagnose().crossings:
        made = crossing.made
        call = made.call.callee if made.call is not None and made.call.callee else made.resource.name
        if crossing.made.bound == "unknown":
            known = f'[tool.loopmend.resources."{call}"] bound = "creation" | "first-use" | "never"'
            yield crossing_finding(RULE.code, suite, crossing, says, call, f"say so in the configuration: {known}")


RULE = Rule(
    code="LM901",
    name="unknown-resource-crosses-loops",
    summary="a value loopmend does not know crosses loops",
    since="0.1.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
