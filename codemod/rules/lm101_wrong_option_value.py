"""A loop scope option has a value that is no scope.

*What it does.* Finds values of `asyncio_default_fixture_loop_scope` and `asyncio_default_test_loop_scope` that the
target version does not know: `fixture` (a misreading of the 1.4 warning), a value in quotes in an INI file, an
empty value, a misspelt scope, `fixture-scope` before 1.5.

*Why is this bad.* From pytest-asyncio 1.2 on pytest does not start: `'fixture' is not a valid
asyncio_default_fixture_loop_scope. Valid scopes are: function, class, module, package, session.` Before that it
ended in `KeyError: 'fixture'` or `fixture '_fixture_event_loop' not found`.

*Fix safety.* Safe: `fixture` becomes `fixture-scope` from 1.5 on; where the version does not know that value the
option is removed, which means the same. Quotes in the value and empty values go. Where the removal would turn on a
warning that the suite's filters make an error, a value that changes no loop is written instead.

*Left alone.* Other misspelt values, and values from `addopts`, are only shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import ConfigOperation, RemoveOption, SetOption
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.project.warning_filters import unset_scope_is_fatal
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import (
    FIXTURE_SCOPE,
    did_you_mean,
    dies_of_unset_scope,
    in_file,
    kept_scope,
    location,
    unset_scope_text,
)
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per option whose value the target version refuses."""
    for name in (FIXTURE_OPTION, TEST_OPTION):
        option = suite.config.options[name]
        valid = _valid(suite, name)
        if option.value is None or option.value in valid or not has(suite.target, name):
            continue
        said = f"`{f'{name} = {option.value}'.rstrip()}`"
        advice = did_you_mean(option.value, valid) if option.value else ""
        found = finding(
            RULE.code, location(suite, option.origin), f"{said} ({option.origin}) is no scope", name, advice=advice
        )
        cure = _cure(suite, name, option.value, valid) if in_file(option) else None
        yield Case(found, (cure,), Applicability.SAFE) if cure else Case(found)


def _valid(suite: Suite, name: str) -> tuple[str, ...]:
    scopes = tuple(scope.word for scope in Scope)
    return (*scopes, FIXTURE_SCOPE) if name == FIXTURE_OPTION and has(suite.target, "fixture_scope_value") else scopes


def _cure(suite: Suite, name: str, value: str, valid: tuple[str, ...]) -> ConfigOperation | None:
    """Return the edit that says what the value was meant to say, None where that is not clear."""
    path, section = suite.place.path, suite.place.section
    meant = _unquoted(value)
    if name == FIXTURE_OPTION and meant == "fixture":
        meant = FIXTURE_SCOPE
    if meant in valid:
        return SetOption(path, section, name, meant)
    if meant not in ("", FIXTURE_SCOPE) or (meant and name == TEST_OPTION):
        return None
    if name == FIXTURE_OPTION and _removal_is_fatal(suite):
        scope = kept_scope(suite)
        return SetOption(path, section, name, scope) if scope else None
    return RemoveOption(path, section, name)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value


def _removal_is_fatal(suite: Suite) -> bool:
    options = {**suite.config.options, FIXTURE_OPTION: replace(suite.config.options[FIXTURE_OPTION], value=None)}
    without = replace(suite.config, options=options)
    return dies_of_unset_scope(suite) and unset_scope_is_fatal(without, unset_scope_text(suite.target))


RULE = local_rule(
    code="LM101",
    name="wrong-option-value",
    summary="a loop scope option has a value that is no scope",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="correct the loop scope options",
    breaks=True,
    valid_from="0.24.0",
)
