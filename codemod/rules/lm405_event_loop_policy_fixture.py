"""The `event_loop_policy` fixture chooses the loops.

*What it does.* Finds fixtures named `event_loop_policy`. In a suite that goes to pytest-asyncio 1.4 or newer, one that
only returns a policy becomes a `pytest_asyncio_loop_factories` hook in the conftest.py of its folder, or nothing where
the policy is asyncio's default.

*Why is this bad.* The fixture is deprecated since 1.4 and Python's event loop policies since 3.14; both will go.

*Fix safety.* Safe for well-known policies (asyncio's, uvloop's) where only async tests are concerned. Unsafe where a
hook does less: sync tests that use async fixtures, code that reads or sets the policy, loops wider than a test that
others share, a policy of your own, and parameters, which change the names of tests. The fixtures of a suite go together
or not at all.

*Left alone.* Fixtures whose body does more, that other code asks for, or that a plugin brings; a conftest.py with a
hook of its own; suites that are on 1.4 already, where the fixture still works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.loop_factories import LoopFactoryError, operations
from codemod.analysis.models import has
from codemod.analysis.policies import choice_of, doubt, policy_fixtures, wishes
from codemod.model import Applicability, Location
from codemod.operations import DeleteDefinition, DropImportIfUnused, Operation
from codemod.rules._base import Case, finding, local_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.policies import Choice
    from codemod.analysis.resolve import FixtureDef
    from codemod.analysis.suite import Suite
    from codemod.model import Finding

_ADVICE = "choose the loops in a `pytest_asyncio_loop_factories` hook"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per fixture; where all of them can be replaced, each with the edits of all."""
    fixtures = policy_fixtures(suite) if has(suite.target, "loop_factories") else []
    reaches = has(suite.version, "scoped_loops")
    if not fixtures:
        return
    if not reaches or has(suite.version, "loop_factories"):
        says = "is deprecated since pytest-asyncio 1.4" if reaches else "chooses the loops from pytest-asyncio 0.23 on"
        yield from (Case(_finding(fixture, says, _ADVICE)) for fixture in fixtures)
        return
    says = "is deprecated since pytest-asyncio 1.4"
    try:
        choices = [choice_of(suite, fixture) for fixture in fixtures]
        edits = _operations(suite, choices)
    except LoopFactoryError as error:
        yield from (Case(_finding(fixture, says, f"{_ADVICE}; not done here: {error}")) for fixture in fixtures)
        return
    reason = doubt(suite, choices)
    trust = Applicability.UNSAFE if reason else Applicability.SAFE
    yield from (Case(_finding(choice.fixture, says), edits, trust, reason) for choice in choices)


def _operations(suite: Suite, choices: list[Choice]) -> tuple[Operation, ...]:
    found: list[Operation] = []
    for choice in choices:
        path = choice.fixture.key.path
        found.append(DeleteDefinition(path, choice.fixture.function.span))
        found += [DropImportIfUnused(path, name) for name in choice.names]
    return (*found, *operations(wishes(choices), suite.workspace, suite.target))


def _finding(fixture: FixtureDef, says: str, advice: str = "") -> Finding:
    span = fixture.function.span
    location = Location(fixture.key.path, span.line, span.column + 1)
    message = f"fixture `event_loop_policy` {says}"
    return finding("LM405", location, message, "policy", fixture.key.qualname, advice=advice)


RULE = local_rule(
    code="LM405",
    name="event-loop-policy-fixture",
    summary="the event_loop_policy fixture chooses the loops, which is deprecated",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="choose the loops in a hook instead of the event_loop_policy fixture",
)
