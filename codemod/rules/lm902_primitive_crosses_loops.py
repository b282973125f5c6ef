"""An asyncio lock, event or queue is shared between loops.

*What it does.* Reports asyncio primitives (Queue, Event, Lock, Semaphore, Condition) that code on several loops
uses.

*Why is this bad.* A primitive is bound by the first wait that really waits. From then on a wait on another loop
fails with `is bound to a different event loop`. Uncontended it works everywhere, so reading the code cannot prove
the failure.

*Fix safety.* Never applied on its own. It goes away when the suite's loops are aligned for another reason (LM201),
or make the primitive anew per test.

*Left alone.* Primitives used on one loop only, and those of application code that tests do not touch themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, crossing_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per primitive that several loops use."""
    says = "is shared by loops: {loops}; it fails as soon as a wait really waits"
    for crossing in suite.diagnose().crossings:
        if crossing.made.bound == "wait" and crossing.certain:
            yield crossing_finding(RULE.code, suite, crossing, says)


RULE = Rule(
    code="LM902",
    name="primitive-crosses-loops",
    summary="an asyncio lock, event or queue is shared between loops",
    since="0.1.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
