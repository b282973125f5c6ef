"""A fixture of another plugin needs `event_loop`, which pytest-asyncio 1.0 removed.

*What it does.* Reports fixtures that tests get from another pytest plugin and that ask for `event_loop`, when the suite
goes to pytest-asyncio 1.0 or later. Which plugins do is known for their released versions; with `--python` the plugins
installed in an environment are read instead.

*Why is this bad.* From 1.0 on each test that uses such a fixture ends with `fixture 'event_loop' not found`. Nothing in
the project can be edited to change that: the fixture is the plugin's.

*Fix safety.* Never applied: the plugin has to be upgraded or replaced together with pytest-asyncio.

*Left alone.* Fixtures the project defines itself under that name, suites that define a working `event_loop` of their
own, and plugins whose requirement already allows a release that does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.analysis.outside import NEEDS, OutsideFixture, requests
from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.resolve import Item
    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding for each fixture of a plugin that needs `event_loop` and is used."""
    if not has(suite.target, "repaired"):
        return
    for fixture in suite.outside.of_kind(NEEDS):
        place = _use(suite, fixture)
        if place is not None:
            yield _finding(suite, fixture, place)


def _use(suite: Suite, fixture: OutsideFixture) -> Location | None:
    """Return where the fixture is first asked for without an `event_loop` it could get."""
    for path, function, item in requests(suite.graph, fixture.name):
        if not _satisfied(suite, item):
            return Location(path, function.span.line, function.span.column + 1)
    if not fixture.autouse or all(_satisfied(suite, item) for item in suite.graph.items):
        return None
    path, _, line = fixture.place.rpartition(":")
    return Location(path, int(line)) if path else Location(suite.place.path, 1)


def _satisfied(suite: Suite, item: Item) -> bool:
    """Tell whether the project defines an `event_loop` for ``item`` that is there on the target, too."""
    defined = suite.graph.visible("event_loop", item)[:1]
    return any(not suite.leaves_event_loop or suite.graph.is_handled(one) for one in defined)


def _finding(suite: Suite, fixture: OutsideFixture, place: Location) -> Finding:
    name, which = fixture.distribution, f" {fixture.version}" if fixture.version else ""
    message = (
        f"`{fixture.name}` of {name}{which} asks for `event_loop`, which pytest-asyncio {suite.target} does not have"
    )
    advice = f"upgrade {name} to >={fixture.first} together with pytest-asyncio"
    if not fixture.first:
        advice = f"no known release of {name} works with pytest-asyncio >=1.0: define `{fixture.name}` in the project"
    return finding(RULE.code, place, message, f"{name}:{fixture.name}", advice=advice)


RULE = Rule(
    code="LM409",
    name="outside-fixture",
    summary="a fixture of another plugin needs event_loop",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
    breaks=True,
)
