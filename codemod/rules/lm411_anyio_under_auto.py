"""An async fixture of an anyio test comes to run on another loop than the test.

*What it does.* Reports async fixtures under `pytest.fixture` that tests marked `anyio` use while `asyncio_mode` is
`auto`, when the suite goes from pytest-asyncio 0.21 or older to a newer version.

*Why is this bad.* In auto mode pytest-asyncio takes every async fixture. Up to 0.21 it and the anyio test shared a
loop; from 0.23 on the fixture runs on a loop of pytest-asyncio, the test on one of anyio, and what is bound to a loop
crosses.

*Fix safety.* Never applied: in a suite that uses both plugins `asyncio_mode = strict` keeps them apart, which needs
marks and decorators on everything that is pytest-asyncio's.

*Left alone.* Suites in strict mode, sync fixtures, fixtures under `pytest_asyncio.fixture`, tests of pytest-asyncio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.resolve import FixtureDef, Item
    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding for each plain async fixture of anyio tests."""
    if suite.graph.mode != "auto" or has(suite.version, "scoped_loops") or not has(suite.target, "scoped_loops"):
        return
    found: dict[FixtureDef, Item] = {}
    for item in suite.graph.items:
        if item.kind == "foreign" and any(mark.name == "anyio" for mark in item.marks):
            for fixture in suite.graph.closure(item).values():
                if fixture.function.is_async and fixture.decl.factory == "pytest":
                    found.setdefault(fixture, item)
    for fixture, item in found.items():
        span, name = fixture.function.span, fixture.decl.name
        says = f"async fixture `{name}` runs on a loop of pytest-asyncio {suite.target}, its test {item.id} on anyio's"
        advice = "use asyncio_mode = strict, with marks and pytest_asyncio.fixture on what is pytest-asyncio's"
        place = Location(fixture.key.path, span.line, span.column + 1)
        yield finding(RULE.code, place, says, "anyio", fixture.key.qualname, advice=advice)


RULE = Rule(
    code="LM411",
    name="anyio-under-auto",
    summary="an async fixture of an anyio test runs on another loop",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
