"""The path of a crossing as a person reads it: from a test, through the fixtures it needs, to the constructor call."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from codemod.model import Location, Step

if TYPE_CHECKING:
    from codemod.analysis.crossings import Crossing, Event
    from codemod.analysis.link import Linked
    from codemod.analysis.resolve import FixtureKey
    from codemod.analysis.suite import Suite


_MOST_EVENTS = 4


def crossing_steps(suite: Suite, crossing: Crossing) -> tuple[Step, ...]:
    """Return the hops of one crossing, each with the loop it runs on."""
    sample = _sample(crossing)
    linked = next(one for one in suite.linked if one.item is sample.item)
    chain = _chain(linked, crossing.made.owner)
    steps = [_test_step(suite, linked, crossing)]
    steps += [_fixture_step(suite, linked, key) for key in chain]
    here = [e for e in crossing.events if e.user in linked.fixtures and e.usage is not None]
    steps += [_event_step(event) for event in here[:_MOST_EVENTS]]
    steps += [Step(where, "through this call") for where in crossing.made.via]
    steps.append(_made_step(crossing))
    return tuple(dict.fromkeys(steps))


def loops_in_words(crossing: Crossing) -> str:
    """Return for example ``session (fixture `engine`) and function (3 tests)``."""
    by_loop: dict[str, list[str]] = {}
    for event in crossing.events:
        who = f"fixture `{event.user.qualname}`" if event.user is not None else ""
        users = by_loop.setdefault(loop_word(event), [])
        if who not in users:
            users.append(who)
    tests = {loop_word_of(loop): count for loop, count in crossing.tests.items()}
    parts = [
        f"{loop} ({', '.join(who or _count(tests.get(loop, 0)) for who in users)})" for loop, users in by_loop.items()
    ]
    return " and ".join(parts) if len(parts) > 1 else f"a new one for each: {parts[0]}"


def loop_word(event: Event) -> str:
    """Return the name of the loop an event happens on."""
    return loop_word_of(event.loop[0])


def loop_word_of(scope: str) -> str:
    """Return how a loop of ``scope`` is called in messages."""
    return scope if scope != "foreign" else "a loop of its own"


def _count(tests: int) -> str:
    return f"{tests} test{'s' if tests != 1 else ''}"


def _sample(crossing: Crossing) -> Event:
    return next((e for e in crossing.events if e.user is None), crossing.events[0])


def _chain(linked: Linked, owner: FixtureKey | None) -> list[FixtureKey]:
    """Return the fixtures from the test to ``owner``, along the shortest way."""
    if owner is None:
        return []
    before: dict[FixtureKey, FixtureKey | None] = {}
    queue: deque[FixtureKey | None] = deque([None])
    while queue and owner not in before:
        user = queue.popleft()
        for need in linked.needs.get(user, ()):
            if need not in before and need != user:
                before[need] = user
                queue.append(need)
    chain: list[FixtureKey] = []
    step: FixtureKey | None = owner if owner in before else None
    while step is not None:
        chain.append(step)
        step = before[step]
    return chain[::-1]


def _test_step(suite: Suite, linked: Linked, crossing: Crossing) -> Step:
    item = linked.item
    use = next((e.usage for e in crossing.events if e.user is None and e.item is item and e.usage is not None), None)
    where = (
        use.location
        if use is not None
        else Location(item.owner, item.function.span.line, item.function.span.column + 1)
    )
    scope = suite.models[0].place(suite.graph, linked, suite.layout).test
    text = f"test `{item.name}`" + (f": `{use.use.text}`" if use is not None else "")
    return Step(where, text, scope.word if scope is not None else None)


def _fixture_step(suite: Suite, linked: Linked, key: FixtureKey) -> Step:
    fixture = linked.fixtures[key]
    span = fixture.function.span
    cache = suite.layout.cache_scope(fixture)
    scope = suite.models[0].place(suite.graph, linked, suite.layout).fixtures.get(key)
    text = f"fixture `{fixture.decl.name}` (scope {cache.word if cache is not None else 'dynamic'})"
    return Step(Location(key.path, span.line, span.column + 1), text, scope.word if scope is not None else None)


def _event_step(event: Event) -> Step:
    assert event.usage is not None and event.user is not None
    phase = "tears down" if event.usage.use.teardown else "uses"
    return Step(
        event.usage.location, f"fixture `{event.user.qualname}` {phase} it: `{event.usage.use.text}`", loop_word(event)
    )


def _made_step(crossing: Crossing) -> Step:
    made = crossing.made
    created = next((loop_word(e) for e in crossing.events if e.usage is None), None)
    when = {"creation": "bound when made", "first-use": "bound at first use", "wait": "bound when it waits"}.get(
        made.bound, "not known when bound"
    )
    fails = f'; on another loop: "{made.resource.symptom}"' if made.resource.symptom else ""
    return Step(
        made.location, f"made here: `{made.call.text if made.call else made.resource.name}`, {when}{fails}", created
    )
