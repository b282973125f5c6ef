"""A hook marks the tests where an option does.

*What it does.* Finds the recipe that adds the asyncio mark to every async test in `pytest_collection_modifyitems`.

*Why is this bad.* From 0.26 on `asyncio_default_test_loop_scope` says the same in one line. The recipe moves tests
only, never fixtures; without `append=False` it does not move a test that has a mark of its own, nor any test in auto
mode; in 1.0.0 it is unreliable; and since 0.23 a mark added that late no longer makes a test run that has none.

*Fix safety.* Safe on the way to a newer version, where the hook does nothing else, covers every async test with
`append=False`, and each test gets the loop it has from the option too. Unsafe where tests had other loops than the
hook asks for: that it now takes effect is probably what was meant.

*Left alone.* Suites that stay on their version. Shown only: hooks with conditions or other duties, several hooks, an
option set in addopts, values that cross loops (they are repaired first), and a source before 0.23.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.hooks import MODIFY_ITEMS
from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import DeleteDefinition, DropImportIfUnused, Operation, SetOption
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._places import place
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import FunctionFacts, HookRecipe, ModuleFacts
    from codemod.analysis.suite import Suite

_OPTION = "asyncio_default_test_loop_scope"
_OTHER_LOOPS = "some tests do not run on the loop the hook asks for today, and would then"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per hook, on the way to a version with the option."""
    if not suite.upgrades or not has(suite.target, _OPTION):
        return
    hooks = [(facts, facts.hook) for facts in suite.workspace.conftests() if facts.hook is not None]
    for facts, hook in hooks:
        function = facts.function(MODIFY_ITEMS)
        if function is not None:
            scope = _replaceable(suite, hook) if len(hooks) == 1 else None
            yield _case(suite, facts, function, hook, scope)


def _replaceable(suite: Suite, hook: HookRecipe) -> Scope | None:
    """Return the scope the option has to have, None where the hook cannot be replaced by it."""
    plain = hook.alone and hook.certain and has(suite.version, "scoped_loops")
    settable = _OPTION not in (*suite.place.overridden, *suite.place.commanded) and not suite.diagnose().proven
    return Scope.parse(hook.loop_scope or "") if plain and settable else None


def _case(suite: Suite, facts: ModuleFacts, function: FunctionFacts, hook: HookRecipe, scope: Scope | None) -> Case:
    where = place(facts.path, function.span)
    if scope is None:
        says = "this hook adds the asyncio mark to tests; it moves no fixture, and runs no test that has no mark"
        advice = f"say it with {_OPTION} (and asyncio_mode = auto) if it is meant for all tests"
        return Case(finding("LM310", where, says, "hook", MODIFY_ITEMS, advice=advice))
    says = f"this hook asks for the {scope.word}'s loop for every async test, as {_OPTION} does; it moves no fixture"
    trust = Applicability.SAFE if hook.first and _same_loops(suite, scope) else Applicability.UNSAFE
    condition = "" if trust is Applicability.SAFE else _OTHER_LOOPS
    edits = tuple(_edits(suite, facts, function, scope))
    return Case(finding("LM310", where, says, "hook", MODIFY_ITEMS), edits, trust, condition)


def _same_loops(suite: Suite, scope: Scope) -> bool:
    """Tell whether every test and fixture keeps its loop without the hook and with the option."""
    translated = suite.translation.layout if suite.translation is not None else None
    layout = translated or suite.layout
    without = layout.with_(hook=None, test_default=scope)
    return all(
        model.place(suite.graph, linked, layout) == model.place(suite.graph, linked, without)
        for model in suite.planned
        for linked in suite.linked
    )


def _edits(suite: Suite, facts: ModuleFacts, function: FunctionFacts, scope: Scope) -> Iterator[Operation]:
    yield DeleteDefinition(facts.path, function.span)
    yield SetOption(suite.place.path, suite.place.section, _OPTION, scope.word)
    for name, dotted in facts.imports.items():
        if any(f"{mentioned}.".startswith(f"{dotted}.") for mentioned in _mentions(function)):
            yield DropImportIfUnused(facts.path, name)


def _mentions(function: FunctionFacts) -> Iterator[str]:
    yield from function.flow.mentions
    yield from function.signature
    yield from function.decorators


RULE = local_rule(
    "LM310",
    "marking-hook",
    "a hook marks the tests where an option does",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="say with an option which loop tests run on, and remove the hook",
)
