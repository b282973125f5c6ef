"""A test is an async generator.

*What it does.* Finds async test functions that contain `yield`.

*Why is this bad.* Nobody runs them: until 0.21 they passed without a line of theirs being run, since 0.22 they are
expected failures that are not run (`Tests based on asynchronous generators are not supported`).

*Fix safety.* Never applied: a test that starts to run may fail, and what its `yield` was for only its author knows.

*Left alone.* Async generators that are fixtures, and tests that pytest-asyncio does not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import item_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per function, however many classes it is collected in."""
    found = [item for item in suite.graph.items if item.kind == "asyncio" and item.function.flow.outcome.yields]
    for item in {(item.owner, item.function.qualname): item for item in reversed(found)}.values():
        says = "is an async generator, so pytest-asyncio never runs it"
        yield Case(item_finding("LM308", item, says, "take out the `yield`, or make a fixture of what is before it"))


RULE = local_rule(
    "LM308",
    "async-generator-test",
    "a test is an async generator",
    Applicability.DISPLAY,
    __doc__ or "",
    cases,
    cure="",
)
