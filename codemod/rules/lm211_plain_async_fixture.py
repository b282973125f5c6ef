"""An async fixture has the plain decorator in strict mode.

*What it does.* Finds async fixtures under `@pytest.fixture` that pytest-asyncio's strict mode does not run: those of a
suite that leaves legacy mode (the default until 0.18), and those of a strict suite that its asyncio tests ask for.

*Why is this bad.* The tests get a coroutine object instead of the value; pytest 9 fails their setup with
`requested an async fixture ..., with no plugin or hook that handled it`.

*Fix safety.* Safe for a suite that leaves legacy mode: `@pytest_asyncio.fixture` is what ran the fixture all along. In
a strict suite the fixture was never run, a test may await it itself, and only its author knows: shown only.

*Left alone.* Auto mode; fixtures that only anyio's or trio's tests use. Shown only: fixtures that both kinds use, and
decorators that are built elsewhere or have positional arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.plain_fixtures import Plain, plain_fixtures
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import fixture_finding, with_factory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_LEAVES = "is async under `@pytest.fixture`, which is not run in strict mode"
_SAYS = {
    Plain.CONVERT: (_LEAVES, ""),
    Plain.SHARED: (_LEAVES, "give the asyncio tests a fixture of their own: those of another async plugin use it too"),
    Plain.BUILT: (_LEAVES, "write `@pytest_asyncio.fixture(...)` where the decorator is made, with keywords only"),
    Plain.NEVER_RUN: (
        "is async under `@pytest.fixture`, so asyncio tests get a coroutine object in strict mode",
        "write `@pytest_asyncio.fixture` unless the tests await it themselves",
    ),
}


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per plain async fixture that is not run, or will not be."""
    for fixture, fate in plain_fixtures(suite).items():
        found = fixture_finding("LM211", fixture, *_SAYS[fate])
        if fate is Plain.CONVERT:
            yield Case(found, tuple(with_factory(fixture, "pytest_asyncio")), Applicability.SAFE)
        else:
            yield Case(found)


RULE = local_rule(
    "LM211",
    "plain-async-fixture",
    "an async fixture has the plain decorator in strict mode",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="give async fixtures the decorator that strict mode runs",
    valid_from="0.17.0",
)
