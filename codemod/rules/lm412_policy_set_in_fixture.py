"""A fixture sets the event loop policy for the whole run.

*What it does.* Finds `asyncio.set_event_loop_policy()` and `uvloop.install()` in autouse fixtures of class scope or
wider.

*Why is this bad.* pytest-asyncio has taken the policy by the time such a fixture runs, so the call chooses no loop of a
test: never since 0.23, and up to 0.21 only from the second test on. The suite passes, on loops of another kind than
its authors think.

*Fix safety.* Never applied: with the call in a place where it works, the tests run on other loops than today.

*Left alone.* Calls while a conftest.py is imported, which work; fixtures of function scope, and those a test has to ask
for; calls in helper functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.knowledge import policies
from codemod.model import Applicability, Location
from codemod.rules._base import Rule, finding
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import Finding

_OWN_NAMES = ("event_loop", "event_loop_policy")


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per call in a wide autouse fixture."""
    by_hook = has(suite.target, "loop_factories")
    place = "a `pytest_asyncio_loop_factories` hook" if by_hook else "an `event_loop_policy` fixture"
    for key, fixture in sorted(suite.graph.fixtures.items(), key=lambda pair: (pair[0].path, pair[1].function.span)):
        decl, scope = fixture.decl, fixture.scope
        if not decl.autouse or scope is None or scope is Scope.FUNCTION or decl.name in _OWN_NAMES:
            continue
        calls = {c.span: c for c in fixture.function.flow.calls if c.callee in policies().setters}
        for number, call in enumerate(calls.values()):
            location = Location(key.path, call.span.line, call.span.column + 1)
            message = f"fixture `{decl.name}` sets the event loop policy too late to choose the loop of any test"
            advice = f"set it at the top of a conftest.py, or choose the loops in {place}"
            yield finding(RULE.code, location, message, f"policy:{number}", key.qualname, advice=advice)


RULE = Rule(
    code="LM412",
    name="policy-set-in-fixture",
    summary="a fixture sets the event loop policy too late",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
