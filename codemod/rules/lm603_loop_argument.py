"""A loop is handed to a connection.

*What it does.* Finds `loop=` and `connect_args={"loop": ...}` given to a known resource (the seed document's option
3).

*Why is this bad.* It cured no measured case on any version: with two loops it moves `attached to a different loop`
from teardown to the call, with one loop it changes nothing, and most libraries have removed the parameter (`got an
unexpected keyword argument 'loop'`).

*Fix safety.* Safe, and only together with the repair of the crossing in the same fixture: once the loops agree the
argument names the running loop, or a loop that runs nothing. Without a crossing in sight, or beside other connect
arguments, it is only shown.

*Left alone.* `loop=` given to anything that is not in the knowledge base; before pytest-asyncio 1.0, suites without a
crossing, which handed over `event_loop` by custom.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.held import Made
    from codemod.analysis.suite import Suite

_LOOP_KEY = re.compile(r"""["']loop["']\s*:""")


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per constructor call that is given a loop; before 1.0 only where values cross loops."""
    if suite.has_event_loop and not suite.diagnose().proven:
        return  # there the loop at hand was `event_loop`, and to hand it over was the custom
    seen: dict[object, Made] = {m.site: m for one in suite.linked for s in one.summaries.values() for m in s.made}
    for made in sorted(seen.values(), key=lambda m: m.site):
        keywords = dict(made.call.keywords) if made.call is not None else {}
        if "loop" in keywords or _LOOP_KEY.search(keywords.get("connect_args", "")):
            symbol = made.owner.qualname if made.owner is not None else made.name
            message = f"`{made.name}` ({made.resource.name}) is handed an event loop, which cures no mismatch"
            yield finding(RULE.code, made.location, message, made.resource.id, symbol)


RULE = Rule(
    code="LM603",
    name="loop-argument",
    summary="a loop is handed to a connection",
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    valid_from="0.10.0",
)
