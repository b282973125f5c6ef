"""pytest's configuration holds an option of pytest-asyncio that does not exist.

*What it does.* Finds names that are meant for pytest-asyncio and that the target version does not know, in the section
pytest reads: misspelt ones (`asyncio_default_loop_scope`, `asyncio_fixture_loop_scope`, `asyncio-mode`) and those of a
newer version (`asyncio_default_test_loop_scope` before 0.26).

*Why is this bad.* pytest passes over them: `PytestConfigWarning: Unknown config option: asyncio_default_loop_scope`
(an error under `--strict-config`), so the tests run in the default mode or on the default loops.

*Fix safety.* Only shown, with the name that is probably meant: what was never read begins to apply when it is spelt
right, so loops change.

*Left alone.* Options of other plugins (`anyio_mode`), names that the project itself declares with `addini`, and options
of a newer version with the value that changes nothing (`function`).
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from codemod.knowledge import versions
from codemod.model import Applicability, Location
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import PLUGIN_OPTIONS, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_SUBJECTS = ("mode", "scope", "debug")
# What a version without the option does anyway: written for newer versions, it misleads nobody.
_HARMLESS = ("", "function", "strict", "legacy", "false")
_OTHERS = ("anyio_mode", "trio_mode")
_NEAR = 0.88
"""Above the likeness of names of other plugins, below that of one wrong letter in the shortest name."""


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per name in the section pytest reads that pytest-asyncio would not know."""
    config = suite.config
    for key in config.keys:
        message, advice = _said(suite, key)
        if message and not _declared(suite, key):
            place = Location(suite.place.path, config.lines.get(key) or 1)
            yield Case(finding(RULE.code, place, message, key, advice=advice))


def _said(suite: Suite, key: str) -> tuple[str, str]:
    """Return what is wrong with a name and what to do, two empty texts where nothing is."""
    if is_known(suite, key):
        return "", ""
    if key in PLUGIN_OPTIONS:
        if suite.config.options[key].value in _HARMLESS:
            return "", ""
        first = versions().since[PLUGIN_OPTIONS[key]]
        return f"`{key}` is unknown to pytest-asyncio {suite.target}", f"it begins to apply with pytest-asyncio {first}"
    meant = _meant(suite, key)
    if not meant:
        return "", ""
    advice = f"did you mean {' or '.join(meant)}? It is not read as it is; spelt right it may change loops"
    return f"`{key}` is no option of pytest-asyncio", advice


def _meant(suite: Suite, key: str) -> tuple[str, ...]:
    """Return the options a misspelt name may mean, none where it belongs to somebody else."""
    plain = key.lower().replace("-", "_").removeprefix("pytest_")
    known = [name for name in PLUGIN_OPTIONS if is_known(suite, name)]
    if plain in _OTHERS:
        return ()
    if plain in known:
        return (plain,)
    subject = next((word for word in _SUBJECTS if plain.endswith(word)), "")
    if plain.startswith("asyncio") and subject:
        same = [name for name in known if name.endswith(subject)]
        kinds = [name for name in same if any(word in plain for word in ("fixture", "test") if word in name)]
        return tuple(kinds or same)
    return tuple(name for name in known if SequenceMatcher(None, plain, name).ratio() >= _NEAR)


def _declared(suite: Suite, key: str) -> bool:
    """Tell whether a file of the project declares options and holds the name as a string."""
    spelt = (f'"{key}"'.encode(), f"'{key}'".encode())
    for path in suite.workspace.files:
        data = suite.workspace.read(path) or b""
        if b"addini" in data and any(each in data for each in spelt):
            return True
    return False


RULE = local_rule(
    code="LM107",
    name="unknown-option",
    summary="an option meant for pytest-asyncio does not exist",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    cases=cases,
    cure="",
)
