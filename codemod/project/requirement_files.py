"""Which files declare requirements, and the reader for each by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemod.project.readers.ini_files import read_setup_cfg, tox_deps
from codemod.project.readers.poetry import read_pipfile
from codemod.project.readers.pyproject import read_hatch, read_pyproject, read_tox, read_uv
from codemod.project.readers.python_files import read_noxfile, read_setup_py
from codemod.project.readers.yaml_files import read_conda, read_pre_commit
from codemod.project.requirement_lines import Entry, Include, parse_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Items = Iterator[Entry | Include]

_LINE_FILE = re.compile(r"(?:.*[/._-])?(?:requirements?|constraints?)[\w.-]*\.(?:txt|in|lock)$", re.IGNORECASE)
_LINE_FOLDER = re.compile(r"(?:.*/)?requirements?/[^/]+\.(?:txt|in)$", re.IGNORECASE)
_CONDA_FILE = re.compile(r"(?:.*/)?environment[\w.-]*\.ya?ml$")
_READERS: dict[str, Callable[[str], Items]] = {
    "pyproject.toml": read_pyproject,
    "hatch.toml": read_hatch,
    "Pipfile": read_pipfile,
    "setup.cfg": read_setup_cfg,
    "tox.ini": tox_deps,
    "setup.py": read_setup_py,
}
_FURTHER: dict[str, Callable[[str], Items]] = {
    "uv.toml": read_uv,
    "tox.toml": read_tox,
    "noxfile.py": read_noxfile,
    ".pre-commit-config.yaml": read_pre_commit,
}
# Environments of the suite that need not name the plugin to have a say about pytest.
ALONE = ("uv.toml", "tox.toml", "noxfile.py")


def is_requirement_file(path: str) -> bool:
    """Tell whether the file at the posix ``path`` may decide which versions the suite runs with."""
    return path.rpartition("/")[2] not in _FURTHER and _reader(path) is not None


def may_require(path: str) -> bool:
    """Tell whether the file at the posix ``path`` declares requirements in a form read here."""
    return _reader(path) is not None


def read_entries(path: str, text: str) -> list[Entry | Include]:
    """Return what the file at the posix ``path`` asks for; raise ValueError where ``text`` is broken.

    A file whose name says nothing, as an included one, is in pip's format.
    """
    try:
        return list((_reader(path) or parse_lines)(text))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _reader(path: str) -> Callable[[str], Items] | None:
    name = path.rpartition("/")[2]
    if named := _READERS.get(name) or _FURTHER.get(name):
        return named
    if _CONDA_FILE.match(path):
        return read_conda
    return parse_lines if _LINE_FILE.match(path) or _LINE_FOLDER.match(path) else None
