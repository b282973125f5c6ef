"""Translate the loops of a suite from its version to the target, so that the same tests and fixtures share one.

The suite's own version says on which loop each test and fixture runs. For each pair of defaults that could do, the
marks and `loop_scope` arguments are worked out that the rest needs, and the result is simulated on the target. The
cheapest layout under which everybody shares a loop with the same others as before is the translation (SEMANTICS §3.2).
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.event_loop import overrides
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.loops import Holder, Site, asked_scope, holders_of
from codemod.analysis.models import has
from codemod.analysis.outside import BRINGS
from codemod.analysis.relations import Relations, difference, relations
from codemod.analysis.shim import kept_requests
from codemod.project.places import TEST_OPTION
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, LoopModel
    from codemod.analysis.placement import LoopRef, Placement
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Item
    from codemod.analysis.suite import Suite

_SHORTER = "tests that shared the loop of an `event_loop` override get one each, for no fixture needs it longer"

Defaults = tuple["Scope | None", Scope]
"""The scopes of the two options: of fixtures (None: the cache scope) and of tests."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The layout to write, or (None) why there is none: half a sentence, and where.

    ``doubt`` says what of the loops is not kept though who shares one in each test is.
    """

    layout: Layout | None
    reason: str = ""
    item: Item | None = None
    fixture: FixtureKey | None = None
    doubt: str = ""


def translate(suite: Suite) -> Translation:
    """Return the layout for the target under which who shares a loop is as it is now."""
    source, target = suite.models[0], suite.planned[-1]
    if reason := _inexpressible(suite):
        return Translation(None, reason)
    if unseen := _unseen_loop(suite, source):
        return unseen
    before = relations(suite.graph, suite.linked, suite.layout, source)
    if _is_written_down(suite) and _differs(suite, before, suite.layout, target) is None:
        return Translation(suite.layout)
    wanted = _Wanted.of(suite, source, in_place=True)
    found = _cheapest(suite, before, wanted, target)
    if found.layout is not None or wanted.torn:
        return found
    shorter = _cheapest(suite, before, _Wanted.of(suite, source, in_place=False), target)
    return found if shorter.layout is None else Translation(shorter.layout, doubt=_SHORTER)


def _cheapest(suite: Suite, before: Relations, wanted: _Wanted, target: LoopModel) -> Translation:
    """Return the layout with the fewest edits that gives everybody the wanted loops, or why there is none."""
    best: Layout | None = None
    failed: tuple[Item, FixtureKey | None] | None = None
    for defaults in _defaults(suite, wanted):
        layout = _with_defaults(suite, wanted, defaults, target)
        differing = _differs(suite, before, layout, target) if layout is not None else None
        if layout is not None and differing is None and (best is None or _cost(suite, layout) < _cost(suite, best)):
            best = layout
        failed = failed or differing
    if best is not None:
        return Translation(best)
    return _refused(wanted, failed)


def _is_written_down(suite: Suite) -> bool:
    """Tell whether the loops were translated before: the test option is set, which the suite's version lacks."""
    if suite.config.options[TEST_OPTION].value is None or has(suite.version, TEST_OPTION):
        return False
    marks = (mark for one in suite.linked for mark in one.item.marks if mark.name == "asyncio")
    return not any(mark.keyword == "scope" for mark in marks)


def _inexpressible(suite: Suite) -> str:
    """Return what no version from 1.0 on can do (SEMANTICS §3.2), "" where there is nothing of the kind."""
    if has(suite.version, "event_loop_mark") and not has(suite.version, "scoped_loops"):
        marks = ((one.item, mark.name) for one in suite.linked for mark in one.item.marks)
        if marked := next((item for item, name in marks if name == "asyncio_event_loop"), None):
            return f"{marked.id} has the mark asyncio_event_loop, which only 0.22 had (LM306)"
    for fixture in overrides(suite):
        if fixture.scope is Scope.PACKAGE and posixpath.dirname(fixture.key.path):
            return (
                f"`event_loop` of {fixture.key.path} makes one loop for each package below it, while from 1.0 on a "
                "package loop lasts for the run: use marks with loop_scope='session' there, or one loop for all"
            )
    return ""


def _unseen_loop(suite: Suite, source: LoopModel) -> Translation | None:
    """Refuse a suite that runs on the `event_loop` of another plugin: one that is known, or that wide fixtures need.

    Before 0.23 pytest refuses an async fixture that outlives the loop of a test.
    """
    theirs = next((one for one in suite.outside.fixtures if (one.name, one.kind) == (EVENT_LOOP, BRINGS)), None)
    for one in suite.linked:
        if one.item.kind == "asyncio" and theirs is not None and not suite.graph.visible(EVENT_LOOP, one.item):
            reason = f"`event_loop` comes from {theirs.distribution}, for each {theirs.scope.word}"
            return Translation(None, reason, one.item)
        for key, ref in source.place(suite.graph, one, suite.layout).loops.items():
            cache = suite.layout.cache_scope(one.fixtures[key])
            if ref.owner is None and cache is not None and ref.scope < cache and not has(suite.version, "scoped_loops"):
                reason = (
                    f"fixture `{key.qualname}` outlives the loop that `event_loop` makes for each test, which "
                    f"{suite.version} refuses: does a plugin replace `event_loop`?"
                )
                return Translation(None, reason, one.item, key)
    return None


def _differs(
    suite: Suite, before: Relations, layout: Layout, target: LoopModel
) -> tuple[Item, FixtureKey | None] | None:
    after = relations(suite.graph, suite.linked, layout, target)
    return difference(before, after, sorted((one.item for one in suite.linked), key=lambda item: item.id))


def _refused(wanted: _Wanted, failed: tuple[Item, FixtureKey | None] | None) -> Translation:
    """Return why there is no layout, and where: a fixture on several loops, else what would lose its company."""
    torn = wanted.torn
    item, key = failed or (None, None)
    if torn:
        key = key if key in torn else torn[0]
        reason = (
            f"fixture `{key.qualname}` ({key.path}) runs on the loop of whichever test asks for it; from 1.0 on a "
            "fixture has one loop scope: define it again where the other loop is used"
        )
        return Translation(None, reason, item, key)
    if item is None:
        return Translation(None, "tests under one mark need loops of different scopes")
    what = f"fixture `{key.qualname}`" if key is not None else "the test itself"
    reason = f"{what} would not share a loop with the same others as now in {item.id}"
    return Translation(None, reason, item, key)


# --- what everybody runs on now ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Wanted:
    """The loop scope each test has now, and the scopes each fixture has for the items that use it."""

    tests: dict[str, Scope] = field(default_factory=dict)
    fixtures: defaultdict[FixtureKey, set[Scope]] = field(default_factory=lambda: defaultdict(set))
    definitions: dict[FixtureKey, FixtureDef] = field(default_factory=dict)

    @classmethod
    def of(cls, suite: Suite, source: LoopModel, in_place: bool) -> _Wanted:
        """Read what runs on which loop; ``in_place``: overrides last as long as where they are defined lets them."""
        wanted = cls()
        placed = [(one, source.place(suite.graph, one, suite.layout)) for one in suite.linked]
        placed = [(one, placement) for one, placement in placed if not placement.refusals]
        needs = _needs(suite, placed)
        for one, placement in placed:
            if placement.test_loop is not None:
                wanted.tests[one.item.id] = _scope(placement.test_loop, one, needs, in_place)
            for key, ref in placement.loops.items():
                wanted.definitions[key] = one.fixtures[key]
                wanted.fixtures[key].add(_scope(ref, one, needs, in_place))
        return wanted

    @property
    def torn(self) -> list[FixtureKey]:
        """Return the fixtures that have loops of several scopes."""
        return sorted((key for key, scopes in self.fixtures.items() if len(scopes) > 1), key=astuple)

    @property
    def scopes(self) -> set[Scope]:
        """Return every scope that some test or fixture has."""
        return {*self.tests.values(), *(scope for scopes in self.fixtures.values() for scope in scopes)}


def _needs(suite: Suite, placed: Iterable[tuple[Linked, Placement]]) -> Mapping[FixtureKey, Scope]:
    """Return how long the loop of each override has to last: as the widest fixture that runs on it does, in any test.

    One that sync code asks for stays, as the shim, with the scope it has.
    """
    needs: defaultdict[FixtureKey, Scope] = defaultdict(lambda: Scope.FUNCTION)
    for requester in kept_requests(suite):
        if requester.definition is not None and requester.definition.scope is not None:
            needs[requester.definition.key] = requester.definition.scope
    for one, placement in placed:
        for key, ref in placement.loops.items():
            cache = one.fixtures[key].scope
            if ref.owner is not None and cache is not None:
                needs[ref.owner] = max(needs[ref.owner], cache)
    return needs


def _scope(ref: LoopRef, linked: Linked, needs: Mapping[FixtureKey, Scope], in_place: bool) -> Scope:
    """Return the scope to ask for: an override in a module or class needs no wider loop than its place."""
    if ref.owner is None:
        return ref.scope
    if ref.scope is Scope.PACKAGE:
        return Scope.SESSION  # above all packages: one loop for the run
    if not in_place:
        return min(needs[ref.owner], ref.scope)
    in_module = ref.owner.path == linked.item.path and not ref.owner.path.endswith("conftest.py")
    place = Scope.CLASS if in_module and "." in ref.owner.qualname else Scope.MODULE if in_module else Scope.SESSION
    return max(min(ref.scope, place), min(needs[ref.owner], ref.scope))


# --- layouts -------------------------------------------------------------------------------------------------------


def _defaults(suite: Suite, wanted: _Wanted) -> Iterator[Defaults]:
    """Yield the pairs of defaults to try: what is written where the version reads it, then one scope for all."""
    written = suite.layout.fixture_default, suite.layout.test_default
    if has(suite.version, "scoped_loops"):
        read = has(suite.version, "asyncio_default_test_loop_scope")
        yield (written[0], written[1] if read else Scope.FUNCTION)
    yield (Scope.FUNCTION, Scope.FUNCTION)
    for scope in sorted(wanted.scopes - {Scope.FUNCTION}, reverse=True):
        if 2 * sum(each is scope for each in wanted.tests.values()) > len(wanted.tests):
            yield (scope, scope)  # for fewer tests, marks surprise less than defaults that all others opt out of


def _with_defaults(suite: Suite, wanted: _Wanted, defaults: Defaults, target: LoopModel) -> Layout | None:
    """Return the layout with these defaults and all that has to be said beside them, None where that cannot be said."""
    layout = suite.layout.with_(fixture_default=defaults[0], test_default=defaults[1])
    loop = dict(layout.loop)
    for key, scopes in wanted.fixtures.items():
        scope = max(scopes)
        if len(scopes) == 1 and target.fixture_scope(wanted.definitions[key], layout) is not scope:
            loop[key] = scope
    for key, fixture in suite.fixtures().items():
        if key not in wanted.fixtures and target.runs_on_loop(suite.graph, fixture):
            # A sync fixture under the plugin's decorator had no loop; from 1.1 on it needs one that lasts.
            cache, default = layout.cache_scope(fixture), target.fixture_scope(fixture, layout)
            if cache is not None and default is not None and default < cache:
                loop[key] = cache
    marks = _marks(suite, wanted, layout)
    if marks is None:
        return None
    layout = layout.with_(loop=loop, marks={**layout.marks, **marks})
    return layout.with_(added=_added(suite, wanted, layout))


def _marks(suite: Suite, wanted: _Wanted, layout: Layout) -> dict[Site, Scope | None] | None:
    """Return the new scopes of marks there are, None where tests under one mark need different ones."""
    ignored = not has(suite.version, "scoped_loops")
    found: dict[Site, Scope | None] = {}
    written: dict[Site, Scope | None] = {}
    for one in suite.linked:
        mark = next((m for m in one.item.marks if m.name == "asyncio"), None)
        if mark is None or one.item.id not in wanted.tests:
            continue
        scope: Scope | None = wanted.tests[one.item.id]
        if layout.hook is not None and asked_scope(one.item, layout) is scope:
            continue  # the hook's mark says it already, or nothing has to
        if scope is layout.test_default and (ignored or layout.mark_scope(mark) is None):
            scope = None
        written[mark.path, mark.span] = suite.layout.mark_scope(mark)
        if found.setdefault((mark.path, mark.span), scope) is not scope:
            return None
    return {site: scope for site, scope in found.items() if written[site] is not scope}


def _added(suite: Suite, wanted: _Wanted, layout: Layout) -> Mapping[Holder, Scope]:
    """Return the marks to add for tests that have none and whose loop is not the default one.

    A module or class gets the mark where all in it need the same and are async; else each function does.
    """
    below: defaultdict[Holder, list[Linked]] = defaultdict(list)
    for one in suite.linked:
        for holder in holders_of(one.item):
            below[holder].append(one)
    found: dict[Holder, Scope] = {}
    for one in suite.linked:
        scope = wanted.tests.get(one.item.id)
        unmarked = not any(m.name == "asyncio" for m in one.item.marks)
        if scope is None or not unmarked or asked_scope(one.item, layout) is scope:
            continue
        holders = reversed(holders_of(one.item))
        place = next((h for h in holders if _all_want(below[h], wanted, scope)), holders_of(one.item)[0])
        found[place] = scope
    return found


def _all_want(linked: Iterable[Linked], wanted: _Wanted, scope: Scope) -> bool:
    return all(
        wanted.tests.get(one.item.id) is scope and not any(m.name == "asyncio" for m in one.item.marks)
        for one in linked
    )


def _cost(suite: Suite, layout: Layout) -> int:
    """Return how many places a layout changes; both options together count once."""
    now = suite.layout
    options = (layout.fixture_default, layout.test_default) != (now.fixture_default, now.test_default)
    return options + len(layout.marks) + len(layout.added) + len(layout.loop)
