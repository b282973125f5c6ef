"""What ``loopmend config`` shows: the options in force with their provenance, and how the repository runs pytest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.knowledge import versions
from codemod.model import OptionValue, Overridden
from codemod.project import pytest_config
from codemod.project.invocations import invocations
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.project.requirements import choose_version
from codemod.reading import choose_versions, discover_project, open_workspace, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemod.project.pytest_config import PytestConfig
    from codemod.project.settings import Settings
    from codemod.reading import Project

_FOUND = "as pytest finds it"
_ASYNCIO_OPTIONS = ("asyncio_mode", FIXTURE_OPTION, TEST_OPTION, "asyncio_debug")


def describe(
    folder: Path, settings: Settings, args: Sequence[str] = ()
) -> tuple[tuple[OptionValue, ...], tuple[tuple[str, str, str], ...]]:
    """Return the options in force for ``folder``, and the commands of its repository that run pytest.

    The options come with their provenance, and so do the versions, which are first. ``args`` are the options of the
    pytest command line that is asked about. Of a command there are its place, what it overrides, and how far it counts.
    The files that hold commands and could not be read come last, with the reason in place of what is overridden.
    Raises as ``analyse`` does.
    """
    project = discover_project(folder, settings, silent)
    return _options(project, args), _commands(project)


def _options(project: Project, args: Sequence[str]) -> tuple[OptionValue, ...]:
    folder = project.root
    source, target = choose_versions(project, open_workspace(project))
    pytest = choose_version(project.asked.deciding("pytest"), versions().pytest)
    config = pytest_config.resolve(folder, project.config.pytest_version, args) if args else project.config
    return (
        OptionValue("pytest-asyncio", source.version, source.origin),
        OptionValue("target", target, "given" if project.settings.target else "default"),
        OptionValue("pytest", pytest.version, pytest.origin),
        *(() if config.asyncio_loaded else (OptionValue("plugin", "not loaded", "-p, or no plugin autoload"),)),
        *_places(folder, config),
        *(config.options[name] for name in _ASYNCIO_OPTIONS),
        *(option for name, option in config.options.items() if name not in _ASYNCIO_OPTIONS),
    )


def _commands(project: Project) -> tuple[tuple[str, str, str], ...]:
    runs = project.runs
    found = invocations(runs.files, runs.ground, everything=True)
    used = "" if runs.config is runs.plain else "in force"
    if runs.doubt:
        used = "not in force: the commands do not agree"
    return (
        *(
            (each.origin, f"overrides {', '.join(each.overrides)}" if each.overrides else "overrides nothing", known)
            for each in found
            for known in [(used if each.overrides else "") if each.counts else f"does not count: {each.reason}"]
        ),
        *((failure.path, f"could not be read: {failure.reason}", "") for failure in runs.files.failures.values()),
    )


def _places(folder: Path, config: PytestConfig) -> tuple[OptionValue, OptionValue]:
    """Return rootdir and inifile, with the sections that are passed over and what in addopts comes too late."""
    others = tuple(Overridden(_seen_from(folder, each.path), each.title, each.reason) for each in config.passed_over)
    late, where = config.addopts, config.addopts_origin
    roots = [Overridden(late.rootdir, where, "--rootdir has no effect in addopts")] if late.rootdir else []
    files = [Overridden(late.inifile, where, "-c has no effect in addopts")] if late.inifile else []
    place = _seen_from(folder, config.inifile) if config.inifile else None
    return (
        OptionValue("rootdir", _seen_from(folder, config.rootdir), _FOUND, tuple(roots)),
        OptionValue("inifile", place, _FOUND, (*others, *files)),
    )


def _seen_from(folder: Path, path: Path) -> str:
    """Return ``path`` relative to the project where it is inside it."""
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - links are kept, as pytest keeps them
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
