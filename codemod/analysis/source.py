"""The version a suite was written for: what is required of pytest-asyncio, judged by what the test code itself says.

A range often spans versions with and without the ``event_loop`` fixture, and a pin may lag behind the code (after a
migration). What only old versions honour, and what only newer ones have, decides then. Pure: facts in, answer out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.event_loop_facts import OWN_LOOP, EventLoopFacts
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.models import has
from codemod.knowledge import versions
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.project.requirements import at_least
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemod.analysis.facts import FunctionFacts, MarkFacts, ModuleFacts
    from codemod.analysis.workspace import Workspace
    from codemod.project.pytest_config import PytestConfig

_FACTORIES_HOOK = "pytest_asyncio_loop_factories"
_NEWER = re.compile(rb"\bloop_scope\b|\bpytest_asyncio_loop_factories\b")


@dataclass(frozen=True, slots=True)
class Required:
    """What the requirements say: the version they make, why, and all versions they allow, oldest first."""

    version: str
    origin: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The version a suite was written for and why; ``assumed`` where its code and not a requirement decided."""

    version: str
    origin: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Newer:
    """Something the suite uses that begins with version ``since``; ``name`` is shown."""

    name: str
    since: str


def decide(
    workspace: Workspace, required: Required, target: str, config: PytestConfig, outside: frozenset[str] = frozenset()
) -> Source:
    """Return the version the suite was written for.

    ``target`` is the version it goes to, which a suite is taken as written for that uses what its pin does not have;
    ``outside`` are the fixture names other plugins bring.
    """
    loops = EventLoopFacts(workspace, outside)
    legacy = loops.legacy()
    newer = [
        *_newer(workspace, config),
        *(Newer(f"an async `{EVENT_LOOP}` at {place}", OWN_LOOP) for place in loops.shims()),
    ]
    if legacy and not at_least(required.version, OWN_LOOP):
        return Source(required.version, required.origin)
    if legacy and (older := _honouring(required.candidates, loops, newer, config)):
        return Source(older, f"newest that honours {legacy}; {required.origin}", assumed=True)
    lacking = [each for each in newer if not at_least(required.version, each.since)]
    if not legacy and lacking and all(at_least(target, each.since) for each in newer):
        why = f"uses {lacking[0].name}, which {required.version} ({required.origin}) does not have"
        return Source(target, f"{why}: taken as written for {target}", assumed=True)
    return Source(required.version, required.origin)


def _honouring(
    candidates: Sequence[str], loops: EventLoopFacts, newer: list[Newer], config: PytestConfig
) -> str | None:
    """Return the newest candidate with the ``event_loop`` fixture that has all the suite uses, None without one."""
    with_fixture = [version for version in candidates if not has(version, "repaired")]
    able = [version for version in with_fixture if all(at_least(version, each.since) for each in newer)]
    plain = config.options[FIXTURE_OPTION].value is None
    shared = [version for version in able if not has(version, "scoped_loops")]
    if plain and shared and loops.shares_with_wide_fixture():
        return shared[-1]
    return able[-1] if able else None


def _newer(workspace: Workspace, config: PytestConfig) -> Iterator[Newer]:
    """Yield what the suite uses that older versions lack."""
    for option in (FIXTURE_OPTION, TEST_OPTION):
        if config.options[option].value is not None:
            yield Newer(f"{option} ({config.options[option].origin})", versions().since[option])
    for facts in _mentioning(workspace):
        if _has_loop_scope(facts):
            yield Newer(f"loop_scope= ({facts.path})", versions().since["loop_scope"])
        if facts.function(_FACTORIES_HOOK) is not None:
            yield Newer(f"the hook {_FACTORIES_HOOK} ({facts.path})", versions().since["loop_factories"])


def _mentioning(workspace: Workspace) -> Iterator[ModuleFacts]:
    for path in sorted(workspace.files):
        if workspace.is_test_code(path) and _NEWER.search(workspace.read(path) or b""):
            facts = workspace.module(path)
            if facts is not None:
                yield facts


def _has_loop_scope(facts: ModuleFacts) -> bool:
    hook = (facts.hook.mark,) if facts.hook is not None else ()
    marks = (*facts.marks, *hook, *(m for c in facts.classes for m in c.marks), *_marks(facts.functions))
    asked = any(mark.name == "asyncio" and mark.keyword == "loop_scope" for mark in marks)
    return asked or any(f.fixture is not None and Scope.parse(f.fixture.loop_scope or "") for f in facts.functions)


def _marks(functions: tuple[FunctionFacts, ...]) -> Iterator[MarkFacts]:
    for function in functions:
        for mark in function.marks:
            yield from (mark, *mark.param_marks)
