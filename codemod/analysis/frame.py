"""One evaluation of one function body: what it makes, holds, uses, keeps and returns, with given arguments.

Calls into the project are followed through their own flows; everything else follows three rules: a call in the
knowledge base makes its resource; the awaited result of an unknown call is plain data; an object made from a resource,
not awaited, holds it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.analysis.binding import is_one
from codemod.analysis.facts import LEAVE, OWN
from codemod.analysis.held import CALLER, EMPTY, Effect, Held, Holds, Made, Summary, Usage, attribute, holders
from codemod.knowledge import Resource
from codemod.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.analysis.facts import CallFact, Flow, ModuleFacts, Ref, UseFact, Value
    from codemod.analysis.link import Linker
    from codemod.analysis.resolve import FixtureKey

_STDLIB = frozenset(sys.stdlib_module_names)
_NOT_THIRD_PARTY = _STDLIB | {"builtins", "pytest", "pytest_asyncio", "unittest"}


@dataclass(slots=True)
class Frame:
    """One evaluation of one flow."""

    linker: Linker
    facts: ModuleFacts
    flow: Flow
    env: Mapping[str, Holds]
    stores: Mapping[str, Holds]
    owner: FixtureKey | None
    owner_path: str
    in_test: bool = False
    given: Holds = EMPTY
    own: Holds | None = None
    results: dict[int, Holds] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    lifted: dict[int, Summary] = field(default_factory=dict)

    def summary(self) -> Summary:
        """Evaluate every call and use of the body."""
        self._own()
        for position in range(len(self.flow.calls)):
            self.result(position)
        usages = [usage for use in self.flow.uses for usage in self._usages(use)]
        inner = [self.lifted[i] for i in sorted(self.lifted)]
        stores = [(self._place(ref), self.value(value)) for ref, value in self.flow.stores]
        return Summary(
            value=self.value(self.flow.value),
            usages=tuple(usages) + tuple(u for s in inner for u in s.usages),
            made=tuple(self.made) + tuple(m for s in inner for m in s.made),
            effects=tuple(self._effects()) + tuple(e for s in inner for e in s.effects),
            stores=tuple((p, v) for p, v in stores if p and v) + tuple(x for s in inner for x in s.stores),
        )

    def value(self, value: Value) -> Holds:
        """Return what a value of the body holds."""
        return EMPTY.union(*(self._ref(ref) for ref in value))

    def _ref(self, ref: Ref) -> Holds:
        if ref.kind == "param":
            held = self.env.get(ref.name, self.given)
        elif ref.kind == "name":
            place, held = self.linker.global_value(ref.name, self.facts.path)
            held |= self.stores.get(place, EMPTY)
        elif ref.kind == "self":
            held = self.stores.get("self", EMPTY) | self.given | self._own()
        else:
            held = self.result(ref.index)
        if ref.held:
            held = holders(held)
        return attribute(held, ref.attribute) if ref.attribute else held

    def _own(self) -> Holds:
        """Return what this body itself puts into ``self`` (a constructor that goes on to use it)."""
        if self.own is None:
            self.own = EMPTY  # what is put there later may be made from what is there already
            for ref, value in self.flow.stores:
                self.own |= self.value(value) if ref.kind == "self" else EMPTY
        return self.own

    def _place(self, ref: Ref) -> str:
        return "self" if ref.kind == "self" else self.linker.global_value(ref.name, self.facts.path)[0]

    # --- calls -------------------------------------------------------------------------------------------------

    def result(self, position: int) -> Holds:
        """Return what the result of one call holds."""
        if position not in self.results:
            self.results[position] = EMPTY  # a call that is given its own result sees nothing yet
            self.results[position] = self._call(self.flow.calls[position], position)
        return self.results[position]

    def _call(self, call: CallFact, position: int) -> Holds:
        known = self.linker.workspace.knowledge
        if (resource := known.by_call.get(call.callee)) is not None and is_one(resource, call):
            return self._make(resource, call, self.value(call.args))
        if call.callee and (inside := self._project_call(call, position)) is not None:
            return inside
        receiver, args = self.value(call.receiver), self.value(call.args)
        handed = [
            (h, known.by_id[h.made.resource.hands_over[call.method]])
            for h in receiver
            if h.direct and call.method in h.made.resource.hands_over
        ]
        if handed:
            return EMPTY.union(*(self._make(kind, call, receiver) for _, kind in handed))
        if call.awaited and call.callee.split(".")[0] in ("", *_STDLIB):
            return EMPTY
        unknown = self._unknown(call)
        return holders(receiver | args) | unknown if not call.awaited else unknown

    def _make(self, resource: Resource, call: CallFact, parts: Holds) -> Holds:
        bound, driver_free = self.linker.binder.bound(resource, call, self.facts.path)
        engines = [h.made for h in parts if h.made.resource.driver]
        if resource.driver and engines and resource.id != "sqlalchemy-engine":
            driver_free = all(engine.driver_free for engine in engines)
            guessed = any(engine.bound == "unknown" for engine in engines)
            bound = "never" if driver_free else "unknown" if guessed else resource.bound
        waits = any(h.made.bound == "wait" for h in parts)
        made = replace(self._made(resource, call, bound, driver_free), waits=waits)
        if made not in self.made:
            self.made.append(made)
        return frozenset({Held(made)}) | holders(parts)

    def _made(self, resource: Resource, call: CallFact, bound: str, driver_free: bool = False) -> Made:
        site = (self.facts.path, call.span)
        return Made(resource, site, self.owner, self.owner_path, bound, driver_free, call, (), self.in_test)

    def _unknown(self, call: CallFact) -> Holds:
        """Name a third-party object the knowledge base does not have, so that it can be reported, not guessed."""
        last = call.callee.rpartition(".")[2]
        if not (last[:1].isupper() or call.awaited or call.entered) or not self._is_third_party(call.callee):
            return EMPTY
        resource = Resource(id="unknown", name=call.callee, bound="unknown", calls=(call.callee,))
        return frozenset({Held(self._made(resource, call, "unknown"))})

    def _is_third_party(self, dotted: str) -> bool:
        root = dotted.split(".")[0]
        if not root or dotted.startswith(OWN) or root in _NOT_THIRD_PARTY:
            return False
        workspace = self.linker.workspace
        return workspace.locate(dotted, self.facts.path) is None and not workspace.is_beside(root)

    def _project_call(self, call: CallFact, position: int) -> Holds | None:
        """Evaluate a call to a function or class of the project with what it is given."""
        workspace = self.linker.workspace
        args = self.value(call.args)
        if (found := workspace.function_at(call.callee, self.facts.path)) is not None and found[1].fixture is None:
            summary = self.lifted[position] = self._adopt(self.linker.helper(*found, args, self.stores), call)
            return summary.value
        if (kind := workspace.class_at(call.callee, self.facts.path)) is not None:
            init = kind[0].function(f"{kind[1].qualname}.__init__")
            if init is None:
                return holders(args)
            summary = self._adopt(self.linker.helper(kind[0], init, args, self.stores), call)
            self.lifted[position] = replace(summary, stores=tuple(s for s in summary.stores if s[0] != "self"))
            return holders(EMPTY.union(args, *(held for place, held in summary.stores if place == "self")))
        return None

    def _adopt(self, summary: Summary, call: CallFact) -> Summary:
        """Return a helper's summary with what it makes owned by this frame, and this call on its way."""
        if not summary.made and not summary.value and not summary.usages and not summary.stores:
            return summary
        here = Location(self.facts.path, call.span.line, call.span.column + 1)

        def mine(made: Made) -> Made:
            if made.owner != CALLER:
                return made
            return replace(
                made, owner=self.owner, owner_path=self.owner_path, via=(here, *made.via), in_test=self.in_test
            )

        def held(holds: Holds) -> Holds:
            return frozenset(Held(mine(h.made), h.direct, h.certain) for h in holds)

        def used(usage: Usage) -> Usage:
            certain = usage.certain and not (call.branch or usage.use.branch)
            foreign = self._run_at(call.foreign) if call.foreign else usage.foreign
            return replace(usage, made=mine(usage.made), certain=certain, foreign=foreign)

        return Summary(
            value=held(summary.value),
            usages=tuple(map(used, summary.usages)),
            made=tuple(mine(m) for m in summary.made),
            effects=summary.effects,
            stores=tuple((place, held(holds)) for place, holds in summary.stores),
        )

    # --- uses and effects --------------------------------------------------------------------------------------

    def _usages(self, use: UseFact) -> Iterable[Usage]:
        """Return what a use means for each resource: the thing itself is used or closed, or what holds it is used."""
        direct = self.value(use.receiver)
        if use.method == LEAVE:
            held = frozenset(h for h in direct if h.direct)
        else:
            made = self._made_by_entering(use)
            held = self.value(use.value) if made is None else made
        wakes_task = any(h.made.bound == "wait" for h in held)
        for h in held:
            if h.made.resource.captures and not h.direct and not (h.made.waits and wakes_task):
                continue  # an object that also runs a task is no use of the task
            itself = h.direct and h in direct
            closing = itself and (use.method == LEAVE or use.method in h.made.resource.close_methods)
            certain = h.certain and not self._hidden(h.made)
            yield Usage(
                h.made, self.facts.path, use, closing, itself, certain, use.foreign and self._run_at(use.foreign)
            )

    def _made_by_entering(self, use: UseFact) -> Holds | None:
        """Return what ``async with create(...)`` binds at once, None for other uses: it does not yet use the parts."""
        if use.call < 0 or not use.entered:
            return None
        call = self.flow.calls[use.call]
        maker = any(h.made.resource.hands_over.get("__call__") for h in self.value(use.receiver) if h.direct)
        if call.callee not in self.linker.workspace.knowledge.by_call and not (use.method == "__call__" and maker):
            return None
        return frozenset(h for h in self.result(use.call) if h.direct and h.made.bound == "creation")

    def _run_at(self, place: str) -> str:
        return f"{self.facts.path}:{place}"

    def _hidden(self, made: Made) -> bool:
        """Tell whether only application code touches an object of its own: tests may well replace what it talks to."""
        return made.owner is None and not self.linker.workspace.is_test_code(self.facts.path)

    def _effects(self) -> Iterable[Effect]:
        for position, call in enumerate(self.flow.calls):
            if position not in self.lifted and (kind := self._effect_kind(call)):
                yield Effect(kind, Location(self.facts.path, call.span.line, call.span.column + 1), call.text)

    def _effect_kind(self, call: CallFact) -> str:
        known = self.linker.workspace.knowledge
        if (
            call.callee in known.by_call
            or call.callee in known.harmless
            or call.callee.startswith(("builtins.", "logging."))
        ):
            return ""
        receiver = self.value(call.receiver)
        direct = [h.made.resource for h in receiver if h.direct]
        if any(call.method in r.close_methods or call.method in r.hands_over for r in direct):
            return ""
        if call.method in known.once or call.callee.rpartition(".")[2] in known.once:
            return "once"
        if call.method in known.harmless_methods or (call.method == "__call__" and not call.callee):
            return ""
        if call.callee.startswith("asyncio."):
            return ""
        return "" if self._only_builds(call) else "unknown"

    def _only_builds(self, call: CallFact) -> bool:
        """Tell whether the call makes an object of a project class: its constructor was followed if it has one."""
        return self.linker.workspace.class_at(call.callee, self.facts.path) is not None if call.callee else False
