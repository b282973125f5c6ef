"""Which of the planned remedies may be applied now: what an older version must survive, what has to be there first.

With ``--keep-compat``, whatever that older pytest-asyncio would not run waits: it makes a second patch. So do the
requirements: the new version must not be installed while something is left in the suite that it does not run, and
of a suite in which nothing has to change nobody asked for it.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.analysis.raising import spanning, written
from codemod.plan import held_back
from codemod.project.requirements import PLUGIN, at_least
from codemod.rules import RULES, is_selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import Finding, Remedy
    from codemod.operations import Operation
    from codemod.plan import Plan
    from codemod.project.settings import Settings

_RULES = {rule.code: rule for rule in RULES}
_PINS = ("LM501", "LM502")
_ALL_LOOPS = "LM400"
# What an edit may write, and the feature of knowledge/versions.toml that it is. The option for tests is not among them:
# where it is unknown it has no effect, and that is in the loop model.
_NEW_WORDS = {
    re.compile(r"(?<!\w)loop_scope\b"): "loop_scope",
    re.compile(r"\basyncio_default_fixture_loop_scope\b"): "asyncio_default_fixture_loop_scope",
    re.compile(r"\bfixture-scope\b"): "fixture_scope_value",
    re.compile(r"\b(?:pytest_asyncio_)?loop_factories\b"): "loop_factories",
}


def for_now(suite: Suite, plan: Plan) -> Plan:
    """Hold back what the version to be kept working would not run."""
    if suite.keep is None:
        return plan
    later = f"pytest-asyncio {suite.keep} does not run it: it comes with the second patch"
    return held_back(plan, lambda remedy: later if needs_target(suite, remedy) else "")


def with_pins_last(suite: Suite, plan: Plan, findings: Iterable[Finding], settings: Settings) -> Plan:
    """Hold back the requirements while something is left that the target does not run, or that comes later.

    ``findings`` are those of the rules that ``settings`` select; what the others would find counts as well.
    """
    if not any(remedy.code in _PINS for remedy in plan.applied):
        return plan
    answered = {finding for remedy in plan.applied for finding in remedy.findings}
    breaking = _breaking(suite, findings, settings) if suite.upgrades else ()
    waiting = (finding for finding in breaking if finding.id not in answered)
    left = min(waiting, key=lambda finding: finding.code == _ALL_LOOPS, default=None)  # better a place than the whole
    if left is not None:
        why = f"{left.location}: {left.code} has to be mended first, or pytest-asyncio {suite.target} breaks the suite"
    elif any(needs_target(suite, remedy) for remedy in plan.withheld):
        why = "it comes with the second patch"
    elif _nobody_asked(suite, settings) and all(remedy.code in _PINS for remedy in plan.applied):
        why = f"the suite needs no other change for pytest-asyncio {suite.target}: --target {suite.target} raises it"
    else:
        return plan
    return held_back(plan, lambda remedy: why if remedy.code in _PINS else "")


def _nobody_asked(suite: Suite, settings: Settings) -> bool:
    """Tell whether the way to the target is loopmend's own proposal; a suite that works is then left as it is."""
    return suite.upgrades and settings.target is None and suite.keep is None


def needs_target(suite: Suite, remedy: Remedy) -> bool:
    """Tell whether the version to be kept working, if any, would not run what ``remedy`` leaves."""
    if suite.keep is None:
        return False
    valid_from = _RULES[remedy.code].valid_from
    if not valid_from or not at_least(suite.keep, valid_from):
        return True
    translates = not _RULES[remedy.code].cure and suite.leaves_event_loop
    if translates and not has(suite.keep, "repaired"):
        return True
    features = {feature for operation in remedy.operations for feature in _features(operation)}
    return any(not has(suite.keep, feature) for feature in features)


def pin_notes(suite: Suite) -> Iterator[str]:
    """Yield what is to be known about requirements that allow releases of before and after 1.0."""
    if suite.upgrades or suite.keep is not None:
        return
    for pin in spanning(suite)[:1]:
        yield (
            f"`{written(PLUGIN, pin.specifier)}` ({pin.origin}) allows releases before 1.0, which choose loops in "
            f"other ways; the suite is read as written for {suite.version}. --keep-compat 0.24 asks for edits that "
            "hold from there on"
        )


def _breaking(suite: Suite, findings: Iterable[Finding], settings: Settings) -> Iterator[Finding]:
    """Yield the findings that the target does not run, selected or not."""
    yield from (finding for finding in findings if _RULES[finding.code].breaks)
    others = (rule for rule in RULES if rule.breaks and not is_selected(rule.code, settings.select, settings.ignore))
    yield from (finding for rule in others for finding in rule.check(suite))


def _features(operation: Operation) -> Iterator[str]:
    texts = [str(getattr(operation, item.name)) for item in fields(operation) if item.name != "path"]
    for pattern, feature in _NEW_WORDS.items():
        if any(pattern.search(text) for text in texts):
            yield feature
