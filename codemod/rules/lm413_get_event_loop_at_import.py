"""Test code asks for the current event loop while it is imported.

*What it does.* Finds `asyncio.get_event_loop()` at the top level of test modules and conftests.

*Why is this bad.* The loop it gives is never the one a test runs on, in any version of pytest-asyncio, so what is bound
to it fails with `attached to a different loop`. From Python 3.14 on it raises where nobody has set a loop.

*Fix safety.* Never applied: what is made from the loop belongs into a fixture, and which one is for a person to say.

*Left alone.* Calls inside functions (LM406, LM407), and application code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.legacy_facts import GET_EVENT_LOOP
from codemod.model import Applicability
from codemod.rules._base import Rule, finding
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import Finding


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per call at the top level of a test module or conftest."""
    for facts in (*suite.workspace.conftests(), *suite.workspace.test_modules()):
        for call in facts.flow.calls:
            if call.callee in GET_EVENT_LOOP:
                location = place(facts.path, call.span)
                message = f"`{call.text}` while the file is imported gives a loop that no test runs on"
                advice = "make what needs the loop in an async fixture"
                yield finding(RULE.code, location, message, call.target or call.text, advice=advice)


RULE = Rule(
    code="LM413",
    name="get-event-loop-at-import",
    summary="test code asks for the current event loop while it is imported",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
