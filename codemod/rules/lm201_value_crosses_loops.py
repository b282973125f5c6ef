"""A fixture's loop-bound value is used on another loop.

*What it does.* Finds values that a fixture makes (connections, pools, sessions, engines, clients, tasks) and that
are used or closed on an event loop other than the one they are bound to, with the whole path from the test to the
call that makes the value.

*Why is this bad.* The suite fails with `got Future <Future pending> attached to a different loop`, with
`RuntimeError: Event loop is closed`, with asyncpg's `cannot perform operation: another operation is in progress`,
or hangs (a task or a NATS connection made on one loop is silent on every other).

*Fix safety.* The strategy repairs the suite as a whole: `isolate` puts tests and fixtures on function loops and
keeps fixtures that stay wide on a loop as wide; `share` lets all join the session's loop. Safe as long as no
fixture with once-only effects (a schema, rows, servers, files) has to change its lifetime; then `share` is used, or
`--unsafe`.

*Left alone.* What is never bound (psycopg and aiosqlite connections, NullPool engines), values used on one loop
only, values loopmend does not know (see LM901).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, crossing_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per resource a fixture makes that meets several loops."""
    for crossing in suite.diagnose().proven:
        if crossing.made.owner is not None and not crossing.foreign:
            yield crossing_finding(RULE.code, suite, crossing, "meets more than one loop: {loops}")


RULE = Rule(
    code="LM201",
    name="value-crosses-loops",
    summary="a fixture's loop-bound value is used on another loop",
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    breaks=True,
    valid_from="0.10.0",
)
