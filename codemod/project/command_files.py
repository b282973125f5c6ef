"""Which files of a repository hold commands, and the reader of each; every file is read once and no link followed."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import FileError
from codemod.model import FileFailure
from codemod.project import command_nox, command_text, command_toml, command_yaml
from codemod.project.commands import Command, commands
from codemod.project.discover import is_command_name, list_command_files
from codemod.source.disk import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from codemod.project.commands import Script
    from codemod.project.discover import GitFiles

    Reader = Callable[[str, str, str], Iterator[Script]]

_SIZE_LIMIT = 1024 * 1024
# YAML is read slowly, and no file for people is that large.
YAML_LIMIT = 256 * 1024
_MOST_SCRIPTS = 5000
_CI_FOLDERS = (".github/workflows", ".circleci", ".azure-pipelines")
_YAML: tuple[tuple[re.Pattern[str], command_yaml.Dialect], ...] = (
    (re.compile(r"(?P<base>.*/)?\.github/workflows/[^/]+\.ya?ml$"), command_yaml.GITHUB),
    (re.compile(r"(?P<base>.*/)?\.github/actions/(?:.*/)?action\.ya?ml$"), command_yaml.GITHUB),
    (re.compile(r"(?P<base>.*/)?action\.ya?ml$"), command_yaml.GITHUB),
    (re.compile(r"(?P<base>.*/)?\.gitlab-ci\.ya?ml$"), command_yaml.GITLAB),
    (re.compile(r"(?P<base>.*/)?\.circleci/config\.ya?ml$"), command_yaml.CIRCLE),
    (re.compile(r"(?P<base>.*/)?\.azure-pipelines/[^/]+\.ya?ml$"), command_yaml.AZURE),
    (re.compile(r"(?P<base>.*/)?azure-pipelines[\w.-]*\.ya?ml$"), command_yaml.AZURE),
    (re.compile(r"(?P<base>.*/)?\.travis\.ya?ml$"), command_yaml.TRAVIS),
    (re.compile(r"(?P<base>.*/)?\.?appveyor\.ya?ml$"), command_yaml.APPVEYOR),
    (re.compile(r"(?P<base>.*/)?[Tt]askfile(?:\.dist)?\.ya?ml$"), command_yaml.TASK),
)
_NAMED: Mapping[str, Reader] = {
    "tox.ini": command_text.tox_scripts,
    "setup.cfg": command_text.tox_scripts,
    "pyproject.toml": command_toml.pyproject_scripts,
    "tox.toml": command_toml.tox_toml_scripts,
    "hatch.toml": command_toml.hatch_scripts,
    "Pipfile": command_toml.pipfile_scripts,
    "noxfile.py": command_nox.nox_scripts,
    "Makefile": command_text.make_scripts,
    "makefile": command_text.make_scripts,
    "GNUmakefile": command_text.make_scripts,
    "justfile": command_text.just_scripts,
    "Justfile": command_text.just_scripts,
    ".justfile": command_text.just_scripts,
    ".pre-commit-config.yaml": command_yaml.pre_commit_scripts,
    ".pre-commit-config.yml": command_yaml.pre_commit_scripts,
}
_SUFFIXED: Mapping[str, Reader] = {
    ".mk": command_text.make_scripts,
    ".just": command_text.just_scripts,
    ".sh": command_text.shell_scripts,
    ".Dockerfile": command_text.docker_scripts,
    ".dockerfile": command_text.docker_scripts,
}


@dataclass(slots=True)
class CommandFiles:
    """The files that may hold commands, with what is known of each; paths are relative to ``root``.

    ``overlay`` holds bytes that replace what is on disk. ``failures`` grow as files are read: those that could not be.
    """

    root: Path
    files: tuple[str, ...]
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    failures: dict[str, FileFailure] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def with_overlay(self, changed: Mapping[str, bytes]) -> CommandFiles:
        """Return the same files with ``changed`` on top."""
        texts = {path: text for path, text in self._texts.items() if path not in changed}
        return CommandFiles(self.root, self.files, {**self.overlay, **changed}, {}, texts)

    def mention(self, *words: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of each file that mentions one of ``words``, in path order."""
        for path in self.files:
            text = self._text(path)
            if any(word in text for word in words):
                yield path, text

    def commands(self, *words: str) -> Iterator[Command]:
        """Yield the commands of the files that mention one of ``words``; a broken file becomes a failure."""
        for path, text in self.mention(*words):
            found = reader_of(path)
            if found is None:
                continue
            reader, folder = found
            if len(text) > YAML_LIMIT and path.endswith((".yml", ".yaml")):
                self.failures[path] = FileFailure(path, f"is larger than {YAML_LIMIT // 1024} KB")
                continue
            try:
                scripts = islice(reader(path, folder, text), _MOST_SCRIPTS)
                yield from [command for script in scripts for command in commands(script)]
            except ValueError as error:
                self.failures[path] = FileFailure(path, str(error))

    def _text(self, path: str) -> str:
        """Return a file's text, "" where it cannot be read."""
        if path not in self._texts:
            try:
                data = self.overlay[path] if path in self.overlay else read_regular(self.root, path, _SIZE_LIMIT)
            except FileError as error:
                self.failures[path] = FileFailure(path, error.reason)
                data = b""
            self._texts[path] = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        return self._texts[path]


def find(
    root: Path,
    folder: Path,
    exclude: Sequence[str] = (),
    nested: tuple[str, ...] = (),
    known: GitFiles | None = None,
) -> CommandFiles:
    """Return the files for ``folder``: all below it, and those right in the folders above it up to ``root``.

    ``nested`` are folders below it (``tests/``) that are projects of their own, ``known`` is what git said of it.
    """
    relative = Path(os.path.relpath(folder.resolve(), root.resolve())).as_posix()
    within = "" if relative == "." else f"{relative}/"
    if relative.startswith(".."):
        root, within = folder, ""
    own = [
        path for path in list_command_files(folder, exclude, known).files if not nested or not path.startswith(nested)
    ]
    outer = [path for place in above(within) for path in _right_in(root, place)]
    wanted = (path for path in (*(within + path for path in own), *outer) if speaks(path))
    return CommandFiles(root, tuple(sorted(set(wanted))))


def speaks(path: str) -> bool:
    """Tell whether something here reads ``path``."""
    return reader_of(path) is not None or path.rpartition("/")[2] in ("setup.py", ".python-version")


def reader_of(path: str) -> tuple[Reader, str] | None:
    """Return the reader of the commands in ``path``, and the folder in which they begin."""
    folder, _, name = path.rpartition("/")
    for pattern, dialect in _YAML if name.endswith((".yml", ".yaml")) else ():
        if found := pattern.match(path):
            return partial(command_yaml.yaml_scripts, dialect=dialect), (found["base"] or "").rstrip("/")
    reader = _NAMED.get(name) or _SUFFIXED.get(posixpath.splitext(name)[1])
    if reader is None and name.startswith(("Dockerfile", "Containerfile")):
        reader = command_text.docker_scripts
    return (reader, folder) if reader else None


def above(path: str) -> Iterator[str]:
    """Yield the folders above ``path``, a file or a folder ("a/b/"), from the inside out: "a/" and ""."""
    while path:
        path = path.rstrip("/").rpartition("/")[0]
        path = f"{path}/" if path else ""
        yield path


def _right_in(root: Path, place: str) -> Iterator[str]:
    for inner in (place, *(f"{place}{folder}/" for folder in _CI_FOLDERS)):
        try:
            with os.scandir(root / inner) as entries:
                names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError:
            continue  # not there
        yield from (inner + name for name in names if is_command_name(name))
