"""From operations to new bytes: one backend per file format, none of which decides anything."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemod.errors import RewriteError
from codemod.operations import ConfigOperation, Operation, PythonOperation, SetRequirement

if TYPE_CHECKING:
    from collections.abc import Sequence


def rewrite_file(path: str, data: bytes | None, operations: Sequence[Operation]) -> bytes:
    """Return the bytes of ``path`` after ``operations``; ``data`` is None for a file that is to be made.

    Raise FileError where the file cannot be read as its format, RewriteError where an operation's place is not there,
    the result could not be exact, or the format has no backend. Each backend is imported when a file needs it.
    """
    pins = [operation for operation in operations if isinstance(operation, SetRequirement)]
    python = [operation for operation in operations if isinstance(operation, PythonOperation)]
    config = [operation for operation in operations if isinstance(operation, ConfigOperation)]
    if pins:
        from codemod.rewrite.requirements import rewrite as rewrite_requirements

        # First: they name lines of the original, which options move. The spans of Python code cannot be kept at all.
        data = rewrite_requirements(path, data, pins)
        if not config and not python:
            return data
    suffix = PurePosixPath(path).suffix
    if (config or pins if suffix == ".py" else python) or suffix not in (".py", ".toml", ".ini", ".cfg"):
        raise RewriteError(path, "this kind of file cannot be edited in this way")
    if suffix == ".py":
        from codemod.rewrite.python import rewrite as rewrite_python

        return rewrite_python(path, data, python)
    if suffix == ".toml":
        from codemod.rewrite.toml import rewrite as rewrite_toml

        return rewrite_toml(path, data, config)
    from codemod.rewrite.ini import rewrite as rewrite_ini

    return rewrite_ini(path, data, config)
