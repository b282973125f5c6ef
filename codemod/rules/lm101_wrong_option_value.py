"""A loop scope option has a value that is no scope.

*What it does.* Finds values of `asyncio_default_fixture_loop_scope` and `asyncio_default_test_loop_scope` that the
target version does not know: `fixture` (a misreading of the 1.4 warning), a value in quotes or with a comment behind it
in an INI file, an empty value, a misspelt scope, `fixture-scope` before 1.5.

*Why is this bad.* From pytest-asyncio 1.2 on pytest does not start: `'fixture' is not a valid
asyncio_default_fixture_loop_scope. Valid scopes are: function, class, module, package, session.` Before that it
ended in `KeyError: 'fixture'` or `fixture '_fixture_event_loop' not found`.

*Fix safety.* Safe: `fixture` becomes `fixture-scope` from 1.5 on; where the version does not know that value the
option is removed, which means the same. Quotes in the value and empty values go; a comment behind the value, which an
INI file does not have, moves above the key. In `addopts` the value of `-o` is replaced in place. Where the removal
would turn on a warning that the suite's filters make an error, a value that changes no loop is written instead.

*Left alone.* Other misspelt values are only shown, and in `addopts` what would have to be removed. What the commands of
the repository set is the business of LM108.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.model import Applicability
from codemod.operations import ConfigOperation, RemoveOption, SetOption
from codemod.project.places import COMMAND, FIXTURE_OPTION, TEST_OPTION
from codemod.project.warning_filters import unset_scope_is_fatal
from codemod.project.word_edits import in_addopts, word_edit
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import (
    FIXTURE_SCOPE,
    did_you_mean,
    dies_of_unset_scope,
    in_file,
    kept_scope,
    location,
    meant_value,
    unset_scope_text,
    valid_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_COMMENT = re.compile(r"(?:^|\s)[#;]")


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per option whose value the target version refuses."""
    for name in (FIXTURE_OPTION, TEST_OPTION):
        option = suite.config.options[name]
        valid = valid_values(suite, name)
        if option.value is None or option.value in valid or not valid or option.origin.startswith(COMMAND):
            continue
        said = f"`{f'{name} = {option.value}'.rstrip()}`"
        advice = did_you_mean(option.value, valid) if option.value else ""
        found = finding(
            RULE.code, location(suite, option.origin), f"{said} ({option.origin}) is no scope", name, advice=advice
        )
        cure = _cure(suite, name, option.value) if in_file(option) else _cure_in_addopts(suite, name, option.value)
        yield Case(found, (cure,), Applicability.SAFE) if cure else Case(found)


def _cure(suite: Suite, name: str, value: str) -> ConfigOperation | None:
    """Return the edit that says what the value was meant to say, None where that is not clear."""
    path, section = suite.place.path, suite.place.section
    value = value if path.endswith(".toml") else _COMMENT.split(value, maxsplit=1)[0].rstrip()
    meant = meant_value(suite, name, value)
    if meant is not None:
        return SetOption(path, section, name, meant)
    wanted = value.strip("\"' ")
    if wanted and (wanted not in ("fixture", FIXTURE_SCOPE) or name == TEST_OPTION):
        return None
    if name == FIXTURE_OPTION and _removal_is_fatal(suite):
        scope = kept_scope(suite)
        return SetOption(path, section, name, scope) if scope else None
    return RemoveOption(path, section, name)


def _cure_in_addopts(suite: Suite, name: str, value: str) -> ConfigOperation | None:
    """Return the edit of the words in addopts, None where the value cannot be said in another word."""
    meant, setting = meant_value(suite, name, value), in_addopts(suite.config, suite.place, name)
    return word_edit(setting, meant) if meant is not None and setting is not None else None


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
