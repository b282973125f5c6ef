"""How the repository runs a project's tests, now and once changes are on disk, and which configuration that gives."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.project import pytest_config
from codemod.project.agreement import agreed
from codemod.project.invocations import invocations
from codemod.project.places import COMMAND, config_place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.project.command_files import CommandFiles
    from codemod.project.invocations import Ground, Invocation
    from codemod.project.pytest_config import PytestConfig


@dataclass(frozen=True, slots=True)
class Runs:
    """The commands that run the tests, the configuration without them (``plain``), and the one they give.

    ``doubt`` says why the commands do not tell under which options the tests run; ``config`` is ``plain`` then.
    ``mode`` is the asyncio mode without any option.
    """

    files: CommandFiles
    ground: Ground
    plain: PytestConfig
    config: PytestConfig
    mode: str
    commands: tuple[Invocation, ...] = ()
    doubt: str = ""

    @property
    def note(self) -> str:
        """Return what a person has to know of it: what the commands set, or that they do not agree; "" for nothing."""
        if self.doubt:
            return f"{self.doubt}: the configuration file alone was taken"
        options = self.config.options.values() if self.config is not self.plain else ()
        said = [f"{o.name} = {o.value} ({o.origin})" for o in options if o.origin.startswith(f"{COMMAND} (")]
        return f"taken from how the tests are run: {', '.join(said)}" if said else ""


def find_runs(files: CommandFiles, ground: Ground, plain: PytestConfig, mode: str) -> Runs:
    """Return how the tests of the project on ``ground`` are run, as ``files`` say."""
    return _agreed(Runs(files, ground, plain, plain, mode, invocations(files, ground)), None)


def runs_after(runs: Runs, changes: Mapping[str, bytes]) -> Runs:
    """Return the same once the files of the project (by their path in it) hold the bytes of ``changes``."""
    root, folder = runs.files.root.resolve(), runs.ground.folder.resolve()
    base = folder.relative_to(root)
    changed = {(base / path).as_posix(): data for path, data in changes.items()}
    files = runs.files.with_overlay({path: data for path, data in changed.items() if path in runs.files.files})
    place = config_place(runs.ground.folder, runs.config).path
    if place not in changes and not files.overlay:
        return runs
    commands = invocations(files, runs.ground) if files.overlay else runs.commands
    new = (place, changes[place]) if place in changes else None
    plain = _resolved(runs, new, (), "") if new else runs.plain
    return _agreed(replace(runs, files=files, plain=plain, commands=commands), new)


def _agreed(runs: Runs, new: tuple[str, bytes] | None) -> Runs:
    """Return ``runs`` with the configuration the commands give; ``new`` is what is not on disk of it."""
    found = agreed(runs.plain, runs.commands, runs.mode, lambda args, origin: _resolved(runs, new, args, origin))
    return replace(runs, config=found.config, doubt=found.doubt)


def _resolved(runs: Runs, new: tuple[str, bytes] | None, args: tuple[str, ...], origin: str) -> PytestConfig:
    """Return the configuration under ``args``; one that is ``new`` is read from a folder of its own."""
    folder, version = runs.ground.folder, runs.plain.pytest_version
    if new is None:
        found = pytest_config.resolve(folder, version, args, origin)
        inside = found.inifile is None or found.inifile.resolve().is_relative_to(folder.resolve())
        return found if inside else replace(found, inifile=None)
    path, data = new
    name = Path(path).name
    with tempfile.TemporaryDirectory(prefix="loopmend-") as place:
        (Path(place) / name).write_bytes(data)
        found = pytest_config.resolve(Path(place), version, _moved(args, name), origin)
    return replace(found, rootdir=runs.plain.rootdir, inifile=folder.resolve() / path)


def _moved(args: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return ``args`` with the file ``name`` for ``-c``, and without ``--rootdir``, which is elsewhere now."""
    found: list[str] = []
    words = iter(args)
    for word in words:
        if word == "-c":
            path = next(words)
            found += [word, name if Path(path).name == name else path]
        elif word == "--rootdir":
            next(words)
        else:
            found.append(word)
    return tuple(found)
