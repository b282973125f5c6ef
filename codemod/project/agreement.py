"""What all commands that run a project's tests agree on, as options for the configuration they give."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.errors import ConfigError
from codemod.project.invocations import MODE
from codemod.project.places import COMMAND, FIXTURE_OPTION, TEST_OPTION
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from codemod.project.invocations import Invocation
    from codemod.project.pytest_config import PytestConfig

    Resolve = Callable[[tuple[str, ...], str], PytestConfig]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The configuration under which the tests run; ``doubt`` says why the commands do not make it certain."""

    config: PytestConfig
    doubt: str = ""


def agreed(plain: PytestConfig, commands: Sequence[Invocation], mode: str, resolved: Resolve) -> Agreement:
    """Return the configuration that every command which counts gives the project, ``plain`` where they differ.

    Only what decides about loops is compared: mode, default loop scopes, configuration file, rootdir and whether
    pytest-asyncio is loaded at all. ``mode`` is the one without any option, ``resolved`` gives the configuration for a
    command's options and their origin.
    """
    seen: dict[tuple[object, ...], tuple[Invocation, PytestConfig]] = {}
    for each in commands:
        if not each.counts:
            continue
        if each.unknown:
            return Agreement(plain, f"the command in {each.origin} gives {each.unknown} a value only a run can tell")
        try:
            config = resolved(each.args, f"{COMMAND} ({each.origin})") if each.args else plain
        except ConfigError as error:
            return Agreement(plain, f"the command in {each.origin} stops pytest: {error}")
        seen.setdefault(_key(config, mode), (each, config))
    if not seen or list(seen) == [_key(plain, mode)]:
        return Agreement(plain)
    (first, config), *others = seen.values()
    if not others:
        return Agreement(config)
    other = others[0][0]
    return Agreement(plain, f"the commands in {first.origin} and {other.origin} run the tests on different loops")


def _key(config: PytestConfig, mode: str) -> tuple[object, ...]:
    inifile: Path | None = config.inifile
    return (
        config.options[MODE].value or mode,
        config.options[FIXTURE_OPTION].value,
        config.options[TEST_OPTION].value or Scope.FUNCTION.word,
        config.asyncio_loaded,
        os.path.realpath(inifile) if inifile else None,
        os.path.realpath(config.rootdir),
    )
