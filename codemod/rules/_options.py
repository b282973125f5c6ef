"""What rules about pytest's configuration share: where an option stands, and which fixture loop scope suits a suite."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.knowledge import warning_texts
from codemod.model import Location
from codemod.project.invocations import MODE
from codemod.project.places import COMMAND, FIXTURE_OPTION, TEST_OPTION
from codemod.project.requirements import at_least
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.analysis.resolve import FixtureDef
    from codemod.analysis.suite import Suite
    from codemod.model import OptionValue

FIXTURE_SCOPE = "fixture-scope"
# The options of pytest-asyncio, and what the [since] table of versions.toml calls each.
PLUGIN_OPTIONS: Mapping[str, str] = {
    "asyncio_mode": "modes",
    FIXTURE_OPTION: FIXTURE_OPTION,
    TEST_OPTION: TEST_OPTION,
    "asyncio_debug": "asyncio_debug",
}
_LINE = re.compile(r":(\d+)\)?$")


def location(suite: Suite, origin: str) -> Location:
    """Return the place in the configuration file that ``origin`` names, its first line where that is not known."""
    found = _LINE.search(origin)
    return Location(suite.place.path, int(found[1]) if found else 1)


def in_file(option: OptionValue) -> bool:
    """Tell whether an option has its value from the file's own key, not from a flag or ``-o``."""
    return option.value is not None and not option.origin.startswith(("addopts", COMMAND, "default"))


def is_known(suite: Suite, name: str) -> bool:
    """Tell whether the target version has an option of that name."""
    return name in PLUGIN_OPTIONS and has(suite.target, PLUGIN_OPTIONS[name])


def did_you_mean(value: str, valid: Iterable[str]) -> str:
    """Return a sentence with the nearest valid value, or all of them."""
    valid = tuple(valid)
    near = get_close_matches(value.strip("\"' ").lower(), valid, n=1)
    return f"did you mean {near[0]}?" if near else f"valid values: {', '.join(valid)}"


def valid_values(suite: Suite, name: str) -> tuple[str, ...]:
    """Return what the target version takes for the mode or a loop scope option, nothing where it has no such option."""
    if not has(suite.target, "modes" if name == MODE else name):
        return ()
    if name == MODE:
        return ("auto", "strict") if has(suite.target, "no_legacy_mode") else ("auto", "strict", "legacy")
    scopes = tuple(scope.word for scope in Scope)
    return (*scopes, FIXTURE_SCOPE) if name == FIXTURE_OPTION and has(suite.target, "fixture_scope_value") else scopes


def meant_value(suite: Suite, name: str, value: str) -> str | None:
    """Return the value that says on the target what a wrong one was meant to say, None where that is not clear."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    meant = value[1:-1].strip() if quoted else value
    if name == FIXTURE_OPTION and meant == "fixture":
        meant = FIXTURE_SCOPE
    if name == MODE and meant == "legacy":
        meant = "strict"
    return meant if meant in valid_values(suite, name) else None


def kept_scope(suite: Suite) -> str | None:
    """Return the value of the fixture loop scope option that changes no fixture's loop, None where there is none."""
    if not any(_needs_wide_loop(suite, fixture) for fixture in suite.graph.fixtures.values()):
        return Scope.FUNCTION.word
    return FIXTURE_SCOPE if has(suite.target, "fixture_scope_value") else None


def unset_scope_text(version: str) -> str:
    """Return how ``version`` words its warning about the unset fixture loop scope."""
    wordings = [each for each in warning_texts() if each.id == "unset-scope" and at_least(version, each.first)]
    return wordings[-1].text if wordings else ""


def dies_of_unset_scope(suite: Suite) -> bool:
    """Tell whether the pytest the suite goes to lets a warning that is an error out of the start of the run (9.2)."""
    return suite.upgrades or suite.config.pytest_version >= (9, 2)


def _needs_wide_loop(suite: Suite, fixture: FixtureDef) -> bool:
    run = fixture.decl.factory == "pytest_asyncio" or suite.graph.is_handled(fixture)
    return run and fixture.scope is not Scope.FUNCTION and fixture.decl.loop_scope is None
