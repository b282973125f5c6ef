"""`pytest_asyncio.fixture` is given a scope by position.

*What it does.* Finds positional arguments of the decorator: `@pytest_asyncio.fixture("session")`.

*Why is this bad.* It never worked: what stands there is taken for the function, and importing the file fails with
`'str' object has no attribute '_force_asyncio_fixture'`.

*Fix safety.* Never applied: `scope=` is how long the value lives, `loop_scope=` on which loop it is made, and the
author has to say which was meant.

*Left alone.* Arguments with keywords.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import fixture_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per such decorator."""
    for fixture in sorted(suite.graph.fixtures.values(), key=lambda f: (f.key.path, f.function.span)):
        if fixture.decl.factory == "pytest_asyncio" and fixture.decl.positional:
            says = "is given an argument by position, which `pytest_asyncio.fixture` takes for the function"
            yield Case(fixture_finding("LM213", fixture, says, "write `scope=`, and `loop_scope=` if it differs"))


RULE = local_rule(
    "LM213",
    "positional-loop-scope",
    "`pytest_asyncio.fixture` is given a scope by position",
    Applicability.DISPLAY,
    __doc__ or "",
    cases,
    cure="",
    valid_from="0.24.0",
)
