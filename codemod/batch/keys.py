"""The key of a result: a hash over everything that it may depend on, so that equal keys mean equal results."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import codemod
from codemod.batch.digests import Digests
from codemod.batch.inputs import inputs
from codemod.errors import UsageError
from codemod.project import installed
from codemod.project.discover import GitFiles, ask_git

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.batch.records import ProjectRef


@dataclass(slots=True)
class Keys:
    """Makes the keys of one run; ``overrides`` and ``isolated`` are those of its tasks.

    What was read of a checkout is kept until a project of another one is asked for: ask in order of the checkouts.
    Files that change during a run may be seen as they were.
    """

    overrides: Mapping[str, object]
    isolated: bool
    _digests: Digests = field(default_factory=lambda: Digests(Path()))
    _git: GitFiles = field(default_factory=lambda: GitFiles(None))
    _common: str = ""

    def key_of(self, project: ProjectRef) -> str:
        """Return the key of the result of ``project``, 64 hexadecimal digits."""
        self._common = self._common or _common(self.overrides, self.isolated)
        read = sorted(self.inputs_of(project).items())
        return _hash([self._common, project.name, project.folder, read])

    def inputs_of(self, project: ProjectRef) -> dict[str, str]:
        """Return the digests of the files that the analysis of ``project`` may read, by path from the checkout."""
        top = Path(project.checkout)
        if self._digests.top != top:
            self._digests, self._git = Digests(top), ask_git(top)
        return inputs(self._digests, f"{project.folder}/" if project.folder else "", self._git)


def _common(overrides: Mapping[str, object], isolated: bool) -> str:
    """Return the hash of what all projects depend on: loopmend, Python, the settings, and the environment they name."""
    python = overrides.get("python")
    environment = _environment(Path(python)) if isinstance(python, str) else []
    return _hash([_own_code(), sys.version_info[:2], dict(overrides), isolated, environment])


def _environment(place: Path) -> list[object]:
    """Return what is read of the environment ``--python``: its pytest plugins."""
    try:
        found = installed.read(place)
    except UsageError as error:
        return [str(error)]
    files = Digests(found.root)
    seen = {path: files.at(path) for plugin in found.plugins for path in plugin.files}
    read = sorted((path, each.digest) for path, each in seen.items() if each is not None)
    return [[repr(plugin) for plugin in found.plugins], read]


@cache
def _own_code() -> str:
    """Return the hash of loopmend itself, with its knowledge: a version alone would not tell a changed rule."""
    home = Path(codemod.__file__).parent
    files = sorted(path for path in home.rglob("*") if path.suffix in (".py", ".toml", ".json"))
    return _hash([[path.relative_to(home).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in files])


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=repr).encode("ascii")).hexdigest()
