"""A fixture has the decorator `pytest.yield_fixture`.

*What it does.* Finds `@pytest.yield_fixture`, the old name of `@pytest.fixture`.

*Why is this bad.* The name is deprecated since pytest 6.2, will be gone in pytest 10, and is an error where warnings
are errors.

*Fix safety.* Safe: the two are the same. An async fixture that leaves legacy mode gets `@pytest_asyncio.fixture`
(LM211).

*Left alone.* Suites that stay on their version. Decorators that are built elsewhere or have positional arguments are
only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.plain_fixtures import Plain, plain_fixtures
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import fixture_finding, with_factory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from codemod.analysis.resolve import FixtureKey
    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per fixture with the old name, used or not."""
    old = [f for f in suite.graph.fixtures.values() if f.decl.callee == "pytest.yield_fixture"]
    if not old or not suite.upgrades:
        return
    fates, moved = plain_fixtures(suite), _moved(suite)
    for fixture in sorted(old, key=lambda f: (f.key.path, f.function.span)):
        says = "has the decorator `pytest.yield_fixture`, the deprecated name of `pytest.fixture`"
        if fixture.decl.editable:
            special = fates.get(fixture) is Plain.CONVERT or fixture.key in moved
            factory = "pytest_asyncio" if special else "pytest"
            edits = tuple(with_factory(fixture, factory))
            yield Case(fixture_finding("LM212", fixture, says), edits, Applicability.SAFE)
        else:
            advice = "write `pytest.fixture` where the decorator is made, with keywords only"
            yield Case(fixture_finding("LM212", fixture, says, advice))


def _moved(suite: Suite) -> Collection[FixtureKey]:
    """Return the fixtures that are given a ``loop_scope``, which only the decorator of pytest-asyncio takes."""
    translated = suite.translation.layout if suite.translation is not None else None
    return translated.loop if translated is not None else ()


RULE = local_rule(
    "LM212",
    "yield-fixture",
    "a fixture has the decorator `pytest.yield_fixture`",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="call the decorator of fixtures by its name",
    valid_from="0.10.0",
)
