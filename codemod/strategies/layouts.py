"""Layouts that would repair a suite: each candidate is tried in the model before a line is changed (REMEDIES C3).

A candidate is complete when the simulation of the suite under it has neither a proven crossing nor a ScopeMismatch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.crossings import Crossing, new_mismatches
from codemod.knowledge import versions
from codemod.model import Applicability
from codemod.project.requirements import at_least
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from codemod.analysis.held import Effect, Made
    from codemod.analysis.loops import Layout, Site
    from codemod.analysis.suite import Suite


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layout that repairs the suite, how far it may be trusted, and why not further."""

    name: str
    layout: Layout
    applicability: Applicability
    title: str
    condition: str = ""


def valid_layout(suite: Suite, layout: Layout) -> Layout:
    """Return ``layout`` with each fixture whose loop is narrower than its cache scope given its own loop (LM203).

    A fixture that also asks for a narrower fixture stays a ScopeMismatch whatever its loop, so it is left alone.
    """
    mismatches = suite.diagnose(layout).mismatches
    hopeless = {mismatch.fixture.key for mismatch in mismatches if mismatch.needs is not None}
    for mismatch in mismatches:
        cache = layout.cache_scope(mismatch.fixture)
        if mismatch.fixture.key not in hopeless and cache is not None:
            layout = layout.with_(loop={**layout.loop, mismatch.fixture.key: cache})
    return layout


def isolate(suite: Suite, start: Layout) -> Iterator[Candidate]:
    """Yield the isolating layouts from the cheapest to the dearest."""
    steps: list[tuple[str, Callable[[Layout], Layout]]] = [
        ("free the engines that outlive a loop", lambda layout: free_engines(suite, layout)),
        ("run tests and fixtures on function loops", lambda layout: align_function(suite, layout)),
        ("and free the engines that outlive a loop", lambda layout: free_engines(suite, layout)),
        ("and drop the wide cache scope of what is bound", lambda layout: narrow(suite, layout)),
        ("and free the engines left", lambda layout: free_engines(suite, layout)),
    ]
    layout, titles = start, list[str]()
    for position, (title, step) in enumerate(steps):
        changed = step(layout)
        if changed == layout:
            continue
        titles.append(title)
        if complete(suite, changed):
            yield _isolating(suite, start, changed, " ".join(titles).removeprefix("and "))
        layout = start if position == 0 else changed
        titles = [] if position == 0 else titles


def _isolating(suite: Suite, start: Layout, layout: Layout, title: str) -> Candidate:
    shortened = [key for key, scope in layout.cache.items() if start.cache.get(key) is not scope]
    effects = [effect for key in shortened for effect in suite.effects(key)]
    if not effects:
        return Candidate("isolate", layout, Applicability.SAFE, title)
    return Candidate("isolate", layout, Applicability.UNSAFE, title, _lifetime(effects[0]))


def _lifetime(effect: Effect) -> str:
    what = (
        "does something that is meant to happen once"
        if effect.kind == "once"
        else "does something loopmend cannot judge"
    )
    return f"a fixture that would be made anew for each test {what}: `{effect.text}` at {effect.location}"


def share(suite: Suite, start: Layout) -> Iterator[Candidate]:
    """Yield the layout in which all tests and fixtures join the session's loop."""
    loop = {**start.loop}
    for key, fixture in suite.fixtures().items():
        explicit = start.explicit_loop(fixture)
        if explicit is not None and explicit is not Scope.SESSION:
            loop[key] = Scope.SESSION
    marks = {
        **start.marks,
        **dict.fromkeys(_scoped_marks(suite, start, lambda s: s is not Scope.SESSION), Scope.SESSION),
    }
    layout = start.with_(fixture_default=Scope.SESSION, test_default=Scope.SESSION, loop=loop, marks=marks)
    title = "run all tests and fixtures on the session's loop"
    if not complete(suite, layout):
        layout = free_engines(suite, layout)
        title += " and free the engines that other loops use"
    if complete(suite, layout):
        yield Candidate("share", layout, Applicability.SAFE, title)


def share_obstacle(suite: Suite) -> str:
    """Return why tests cannot share the session's loop on this version, "" where they can (REMEDIES B4)."""
    since = versions().since["asyncio_default_test_loop_scope"]
    if not at_least(suite.target, since):
        return f"the options for one loop begin with pytest-asyncio {since}, and this is for {suite.target}"
    runs = [
        u
        for one in suite.linked
        if one.item.kind == "sync"
        for s in one.summaries.values()
        for u in s.usages
        if u.use.foreign
    ]
    runs_at = next((u.location for u in runs), None) or next(iter(_asyncio_runs(suite)), None)
    if runs_at and not at_least(suite.version, versions().since["own_runner"]):
        return f"a sync test calls asyncio.run ({runs_at}), which breaks a shared loop before pytest-asyncio 1.2"
    return ""


def _asyncio_runs(suite: Suite) -> Iterator[str]:
    for one in suite.linked:
        for call in one.item.function.flow.calls if one.item.kind == "sync" else ():
            if call.callee in suite.workspace.knowledge.foreign_run:
                yield f"{one.item.path}:{call.span.line}"


def complete(suite: Suite, layout: Layout) -> bool:
    """Tell whether nothing proven is left under ``layout``, and nothing is refused at setup."""
    now, found = suite.diagnose(), suite.diagnose(layout)
    return not unrepaired(suite, layout) and not new_mismatches(now, found) and not _may_outlive(suite, layout)


def unrepaired(suite: Suite, layout: Layout) -> tuple[Crossing, ...]:
    """Return what still crosses under ``layout``; for what certainly crosses now, "perhaps" is not good enough."""
    now, found = suite.diagnose(), suite.diagnose(layout)
    sick = {crossing.made for crossing in now.proven}
    return (*found.proven, *(c for c in found.possible if c.made in sick))


def _may_outlive(suite: Suite, layout: Layout) -> bool:
    """Tell whether a fixture whose scope is computed gets a narrower loop than now: it could outlive that one."""
    computed = [f for f in suite.fixtures().values() if layout.cache_scope(f) is None]
    for fixture in computed:
        for model in suite.models:
            after, before = model.fixture_scope(fixture, layout), model.fixture_scope(fixture, suite.layout)
            if after is not None and after < (before if before is not None else Scope.SESSION):
                return True
    return False


def align_function(suite: Suite, layout: Layout) -> Layout:
    """Both defaults function; wide fixtures keep their cache scope and get a loop as wide."""
    crossing = {c.made.owner for c in suite.diagnose(layout).proven} | {
        event.user for c in suite.diagnose(layout).proven for event in c.events
    }
    loop = dict(layout.loop)
    for key, fixture in suite.fixtures().items():
        cache = layout.cache_scope(fixture)
        if cache is None or not any(model.runs_on_loop(suite.graph, fixture) for model in suite.models):
            continue
        explicit = layout.explicit_loop(fixture)
        if cache > Scope.FUNCTION and explicit is None:
            loop[key] = cache
        elif cache is Scope.FUNCTION and explicit not in (None, Scope.FUNCTION) and key in crossing:
            loop[key] = None
    changed = layout.with_(fixture_default=Scope.FUNCTION, test_default=Scope.FUNCTION, loop=loop)
    left = {item for crossing in suite.diagnose(changed).proven for item in crossing.items}
    if sites := _scoped_marks(suite, changed, lambda s: s is not Scope.FUNCTION, left):
        changed = changed.with_(marks={**changed.marks, **dict.fromkeys(sites, None)})
    return changed


def free_engines(suite: Suite, layout: Layout, crossings: tuple[Crossing, ...] | None = None) -> Layout:
    """Give every crossing pooled engine NullPool (test code) or a dispose after each test (application code)."""
    freed, disposed = set(layout.freed), set(layout.disposed)
    for crossing in unrepaired(suite, layout) if crossings is None else crossings:
        made = crossing.made
        if not made.resource.pooled:
            continue
        if _can_free(suite, made):
            freed.add(made.site)
        elif _can_dispose(crossing):
            disposed.add(made.site)
    changed = layout.with_(freed=frozenset(freed), disposed=frozenset(disposed))
    return layout if changed == layout else changed


def _can_free(suite: Suite, made: Made) -> bool:
    call = made.call
    if call is None or call.unpacks or not suite.workspace.is_test_code(made.site[0]):
        return False
    return not any(keyword in made.resource.free_when for keyword, _ in call.keywords)


def _can_dispose(crossing: Crossing) -> bool:
    """Only a named module-level engine whose uses are all on function loops, which a pytest fixture can follow."""
    made = crossing.made
    named = made.owner is None and made.call is not None and bool(made.call.target)
    return named and all(
        event.loop[0] in ("function", "foreign") and event.item.kind != "isolated" for event in crossing.events
    )


def narrow(suite: Suite, layout: Layout) -> Layout:
    """Drop the wide cache scope of every fixture that makes a crossing resource, and of all that need it."""
    for _ in range(10):
        owners = {c.made.owner for c in suite.diagnose(layout).proven if c.made.owner is not None}
        known = suite.fixtures()
        wide = [
            known[k]
            for k in suite.dependents(owners & set(known))
            if (layout.cache_scope(known[k]) or Scope.FUNCTION) > Scope.FUNCTION
        ]
        if not wide:
            return layout
        cache = {**layout.cache, **{f.key: Scope.FUNCTION for f in wide}}
        handled = [f.key for f in wide if layout.explicit_loop(f) is not None]
        layout = layout.with_(cache=cache, loop={**layout.loop, **dict.fromkeys(handled, None)})
    return layout


def _scoped_marks(
    suite: Suite, layout: Layout, wanted: Callable[[Scope], bool], items: Container[str] | None = None
) -> list[Site]:
    """Return the asyncio marks of tests (all, or those in ``items``) that name a loop scope ``wanted`` accepts."""
    found: dict[Site, None] = {}
    for one in suite.linked if items is None else [one for one in suite.linked if one.item.id in items]:
        for mark in one.item.marks:
            scope = layout.mark_scope(mark) if mark.name == "asyncio" else None
            if scope is not None and wanted(scope):
                found[(mark.path, mark.span)] = None
    return list(found)
