"""The `event_loop` fixture of a suite: who defines it, who asks for it, and what is to become of both from 1.0 on.

Decisions only; `rules/` reports them, `strategies/overrides.py` turns them into operations.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.event_loop_facts import is_shim
from codemod.analysis.importers import importers, name_in_use
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.models import has
from codemod.analysis.names import BUILTINS
from codemod.analysis.policies import policy_set_in_helper
from codemod.analysis.resolve import directly_parametrized
from codemod.model import Applicability
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import FunctionFacts
    from codemod.analysis.loop_bodies import LoopBody
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Item
    from codemod.analysis.suite import Suite

_PERSISTENT = frozenset(
    {"close", "stop", "set_debug", "set_exception_handler", "set_task_factory", "set_default_executor"}
)
_RUNS = frozenset({"run_until_complete", "run_forever"})


@dataclass(frozen=True, slots=True)
class Requester:
    """A test or fixture that asks for ``event_loop``: by ``how`` ("parameter", "usefixtures", "getfixturevalue").

    ``runs_on_loop`` says that pytest-asyncio runs it, ``definition`` is what the name means for it (None: the plugin's
    own); ``cache`` is the cache scope of a fixture.
    """

    path: str
    function: FunctionFacts
    how: str
    runs_on_loop: bool
    definition: FixtureDef | None
    cache: Scope = Scope.FUNCTION


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done (a word), how far that may be trusted, and why not further."""

    action: str
    applicability: Applicability = Applicability.SAFE
    reason: str = ""


def overrides(suite: Suite) -> list[FixtureDef]:
    """Return the fixtures named ``event_loop`` that replace the plugin's, in the order of files."""
    found = dict.fromkeys(f for _, f in suite.graph.registrations.get(EVENT_LOOP, ()) if not is_shim(f.function))
    return sorted(found, key=lambda f: (f.key.path, f.function.span))


def dead_overrides(suite: Suite) -> list[FixtureDef]:
    """Return the overrides that do nothing: the version has no ``event_loop`` any more, and nothing asks for them."""
    if suite.has_event_loop:
        return []
    asked = {requester.definition for requester in requesters(suite)}
    return [fixture for fixture in overrides(suite) if fixture not in asked]


# --- who asks ------------------------------------------------------------------------------------------------------


def requesters(suite: Suite) -> list[Requester]:
    """Return everything that names ``event_loop``, each function and way once, in the order of files."""
    return suite.once("requesters", _requesters)


def _requesters(suite: Suite) -> list[Requester]:
    found: dict[tuple[str, str, str], Requester] = {}
    seen: set[FixtureKey] = set()
    for one in suite.linked:
        asked = [*_of_item(suite, one.item)]
        for key in one.fixtures.keys() - seen:
            asked += _of_fixture(suite, one.fixtures[key], one.item)
        seen |= one.fixtures.keys()
        for requester in asked:
            found.setdefault((requester.path, requester.function.qualname, requester.how), requester)
    for key in suite.graph.fixtures.keys() - seen:
        for requester in _of_fixture(suite, suite.graph.fixtures[key], None):
            found[requester.path, requester.function.qualname, requester.how] = requester
    return sorted(found.values(), key=lambda r: (r.path, r.function.span, r.how))


def _of_item(suite: Suite, item: Item) -> Iterator[Requester]:
    if EVENT_LOOP in directly_parametrized(item.marks):
        return
    ways = list(_ways(item.function))
    if any(EVENT_LOOP in m.args for m in item.marks if m.name == "usefixtures"):
        ways.append("usefixtures")
    for how in ways:
        yield Requester(item.owner, item.function, how, item.kind == "asyncio", visible_event_loop(suite, item))


def _of_fixture(suite: Suite, fixture: FixtureDef, item: Item | None) -> Iterator[Requester]:
    if fixture.decl.name == EVENT_LOOP:
        return
    path = fixture.key.path
    for how in _ways(fixture.function):
        definition = visible_event_loop(suite, item) if item is not None else _above(suite, path)
        cache = Scope.SESSION if fixture.scope is None else fixture.scope
        yield Requester(path, fixture.function, how, suite.graph.is_handled(fixture), definition, cache)


def _ways(function: FunctionFacts) -> Iterator[str]:
    if EVENT_LOOP in function.params:
        yield "parameter"
    if EVENT_LOOP in function.requested:
        yield "getfixturevalue"


def visible_event_loop(suite: Suite, item: Item) -> FixtureDef | None:
    """Return what the name ``event_loop`` means for an item, None where that is the plugin's own."""
    return next(iter(suite.graph.visible(EVENT_LOOP, item)), None)


def _above(suite: Suite, path: str) -> FixtureDef | None:
    """Return the definition a fixture that no test uses would see: the nearest one at or above its file."""
    found = [(base, f) for base, f in suite.graph.registrations.get(EVENT_LOOP, ()) if path.startswith(base)]
    return max(found, key=lambda pair: len(pair[0]), default=("", None))[1]


# --- what becomes of a request ---------------------------------------------------------------------------------------


def request_decision(suite: Suite, requester: Requester) -> Decision:
    """Return what becomes of one request: "drop" or "running" the parameter, or "keep" it (served by the shim)."""
    legacy = requester.function.legacy
    if requester.how == "getfixturevalue" and requester.runs_on_loop:
        reason = "to ask for a fixture while the loop runs fails from 1.1 on"
        return Decision("running", Applicability.UNSAFE, reason)
    if requester.how != "parameter" or not requester.runs_on_loop or legacy is None:
        return Decision("keep")
    calls = {use.name for use in legacy.uses if use.kind == "call"}
    if not legacy.uses:
        return Decision("drop")
    if calls & _RUNS:
        method = min(calls & _RUNS)
        reason = f"`event_loop.{method}()` inside async code always raised, so this needs a person"
        return Decision("keep", Applicability.DISPLAY, reason)
    if calls & _PERSISTENT:
        method = min(calls & _PERSISTENT)
        return Decision(
            "running", Applicability.UNSAFE, f"`event_loop.{method}()` acts on a loop that others may share"
        )
    if requester.cache > Scope.FUNCTION and has(suite.version, "scoped_loops"):
        reason = "a fixture wider than function did not run on `event_loop` in this version"
        return Decision("running", Applicability.UNSAFE, reason)
    return Decision("running")


# --- what becomes of an override --------------------------------------------------------------------------------------


def override_decision(suite: Suite, fixture: FixtureDef) -> Decision:
    """Return what becomes of an override, apart from its scope: "delete", "surroundings" or, for a person, "keep".

    "surroundings" is an autouse fixture with all of the body but its loop, "requested" the same for the tests that had
    it, "on-loop" an async one that does to the running loop what the body did to its own. A loop of another kind
    (``body.factory``) is the business of a hook (`loop_factories`).
    """
    body = fixture.function.legacy.body if fixture.function.legacy is not None else None
    if body is None or not body.known or not _is_plain_helper(suite, fixture, body):
        return Decision("keep", Applicability.DISPLAY, "loopmend cannot read how this fixture makes its loop")
    if fixture.decl.params:
        return Decision(
            "keep", Applicability.DISPLAY, "a parametrized `event_loop` becomes a hook with several factories"
        )
    if fixture.scope is None or not fixture.decl.editable:
        return Decision("keep", Applicability.DISPLAY, "its scope is computed, or its decorator is built by other code")
    if body.conditional and not is_hoisted(suite, fixture):
        reason = f"the kind of loop depends on `{body.conditional}`"
        return Decision("keep", Applicability.DISPLAY, f"{reason}: set the policy at import time, or write the hook")
    if path := name_in_use(suite, fixture):
        return Decision("keep", Applicability.DISPLAY, f"{path} uses it by its name, or exports it")
    if setter := policy_set_in_helper(suite.workspace, fixture.key.path, fixture.function):
        reason = f"its set-up chooses the kind of loop ({setter}): set the policy at import time, or write the hook"
        return Decision("keep", Applicability.DISPLAY, reason)
    if not body.extras:
        return _deletion(suite, fixture)
    if places := importers(suite, fixture):
        return Decision("keep", Applicability.DISPLAY, f"{places[0][0]} imports it by its name")
    return _surroundings(suite, fixture, body)


def is_hoisted(suite: Suite, fixture: FixtureDef) -> bool:
    """Tell whether an override sets a policy that its conftest can as well set when it is imported (SEMANTICS §2.11).

    That is so where every async test of the suite ran on its loop, one for the whole run.
    """
    body = fixture.function.legacy.body if fixture.function.legacy is not None else None
    facts = suite.workspace.module(fixture.key.path)
    if body is None or not body.policy or facts is None or fixture.scope is not Scope.SESSION:
        return False
    at_hand = posixpath.basename(fixture.key.path) == "conftest.py" and BUILTINS.union(facts.imports).issuperset(
        body.policy_names
    )
    items = (one.item for one in suite.linked if one.item.kind == "asyncio")
    return at_hand and all(visible_event_loop(suite, item) == fixture for item in items)


def _deletion(suite: Suite, fixture: FixtureDef) -> Decision:
    """Return the deletion of an override; of a wide one only if all that shared its loop is known."""
    items = (one.item for one in suite.linked if one.item.kind == "unhandled")
    unseen = next((item for item in items if visible_event_loop(suite, item) == fixture), None)
    if unseen is None or fixture.scope is Scope.FUNCTION:
        return Decision("delete")
    reason = f"`{unseen.id}` is async, and loopmend sees no mark by which pytest-asyncio runs it"
    return Decision("delete", Applicability.UNSAFE, reason)


def _is_plain_helper(suite: Suite, fixture: FixtureDef, body: LoopBody) -> bool:
    """Tell whether the project function that makes the loop, if there is one, makes nothing but a plain loop."""
    if not body.helper:
        return True
    found = suite.workspace.function_at(body.helper, fixture.key.path)
    inner = found[1].legacy.body if found is not None and found[1].legacy is not None else None
    return (
        inner is not None and inner.known and not (inner.factory or inner.helper or inner.extras or inner.conditional)
    )


def _surroundings(suite: Suite, fixture: FixtureDef, body: LoopBody) -> Decision:
    touching = next((extra for extra in body.extras if extra.touches_loop), None)
    running = next((extra for extra in body.extras if extra.runs_loop), None)
    if running is not None:
        return Decision("keep", Applicability.DISPLAY, f"its body runs the loop: `{running.text}`")
    if not body.whole or (touching is not None and body.maker is None):
        return Decision("keep", Applicability.DISPLAY, "its loop cannot be taken out of the body line by line")
    if touching is not None:
        reason = f"`{touching.text}` is to act on the loop of the tests, and would for every test that sees the fixture"
        return Decision("on-loop", Applicability.UNSAFE, reason)
    if fixture.scope is not Scope.FUNCTION:
        reason = "its set-up ran before every async fixture; as an autouse fixture it need not come first"
        return Decision("surroundings", Applicability.UNSAFE, reason)
    others = reached(suite, fixture, used=False)
    if not others:
        return Decision("surroundings")
    home = fixture.key.qualname.rpartition(".")[0]
    if not all(_is_written_below(item, fixture.key.path, home) for item in reached(suite, fixture, used=True)):
        reason = f"its set-up would also run for `{others[0].id}`, which did not ask for it"
        return Decision("surroundings", Applicability.UNSAFE, reason)
    return Decision("requested")


def reached(suite: Suite, fixture: FixtureDef, used: bool) -> list[Item]:
    """Return the items for which the name means an override, and that set it up, or (``used`` False) that do not."""
    items = [one.item for one in suite.linked if visible_event_loop(suite, one.item) == fixture]
    return [item for item in items if _sets_up(suite, item, fixture) is used]


def _is_written_below(item: Item, path: str, home: str) -> bool:
    """Tell whether a test is written where the fixture is, so that a decorator on it concerns no other class."""
    return item.owner == path and (not home or item.function.qualname.startswith(f"{home}."))


def _sets_up(suite: Suite, item: Item, fixture: FixtureDef) -> bool:
    """Tell whether an item set this override up: it is async, or something in its closure asks for it."""
    return item.kind == "asyncio" or fixture in suite.graph.closure(item).values()
