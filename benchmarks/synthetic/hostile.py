"""What is found in strangers' repositories: broken files, and names and links made to trip a tool up."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TypeAlias

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link to ``target``, which need not exist."""

    target: str


@dataclass(frozen=True, slots=True)
class Locked:
    """A file that nobody may read (but root)."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pipe:
    """A named pipe: who opens it waits for ever. git does not see it."""


Content: TypeAlias = str | bytes | Link | Locked | Pipe
"""What stands at a path; text is written as UTF-8. A path may hold surrogates for bytes that are no UTF-8."""


@dataclass(frozen=True, slots=True)
class Hostility:
    """One way of being hostile: what stands in a project besides (or instead of) its own files.

    TESTS in a path stands for the folder of the tests, NAME in ``folder`` for the project's name. ``status`` is how
    a project ends in which a pool crosses loops; ``unread`` tells whether the report names a file that was not read.
    """

    kind: str
    files: dict[str, Content] = field(default_factory=dict)
    status: str = "changed"
    unread: bool = False
    folder: str = "NAME"


def _deep() -> str:
    return f"VALUE = {'[' * 5000}{']' * 5000}\n\n\ndef test_deep():\n    assert VALUE\n"


def _large() -> str:
    row = f'    "{"x" * 90}",\n'
    return f"ROWS = [\n{row * (5 * MEGABYTE // len(row) + 1)}]\n\n\ndef test_rows():\n    assert ROWS\n"


def _slow() -> dict[str, Content]:
    """Texts on which a careless regular expression tries every way of reading them."""
    return {
        "requirements.txt": f"pytest{' ' * 50_000}x\n{'a' * 50_000}!\n{'-' * 20_000}\n",
        "Makefile": f"test:\n\t{'$(' * 5_000}{' ' * 20_000}pytest {chr(92) * 20_001}\n",
        "TESTS/test_tabs.py": f"X = 1{' ' * 50_000}\n#{chr(9) * 50_000}loopmend: ignore[{'LM,' * 20_000}\n",
    }


ZERO = "/dev/zero"
NAMES = ("TESTS/test_\x1b[31m\n$(id)`id`'\".py", "--output=x.py", "-", "TESTS/test_\u202e.py", "TESTS/..test..py")
BROKEN = "import pytest\n\n\ndef test_broken(:\n    assert True\n"
HOSTILITIES = (
    Hostility("syntax error in a test", {"TESTS/test_broken.py": BROKEN}, unread=True),
    Hostility("conftest that is not UTF-8", {"TESTS/conftest.py": b"NAME = '\xe9t\xe9'\n"}, "clean", unread=True),
    Hostility("broken pyproject.toml", {"pyproject.toml": "[tool.pytest.ini_options\nasyncio_mode = \n"}, "failed"),
    Hostility("nesting too deep", {"TESTS/test_deep.py": _deep()}, unread=True),
    Hostility("file of 5 MB", {"TESTS/test_rows.py": _large()}),
    Hostility("slow regular expressions", _slow(), unread=True),
    Hostility("loops of links", {"TESTS/again": Link("."), "up": Link(".."), "a": Link("b"), "b": Link("a")}),
    Hostility("links out of the tree", {"TESTS/outside": Link("/"), "up": Link("../../.."), "zero.py": Link(ZERO)}),
    Hostility("conftest that is a link out", {"TESTS/conftest.py": Link(ZERO)}, "clean"),
    Hostility("configuration that is a link out", {"pytest.ini": Link("../../tools/pytest-base.ini")}, "failed"),
    Hostility("file that cannot be read", {"TESTS/test_locked.py": Locked(b"def test_locked():\n    pass\n")}),
    Hostility("pipes", {"TESTS/test_pipe.py": Pipe(), "requirements-dev.txt": Pipe()}),
    Hostility("NUL in a test", {"TESTS/test_nul.py": b"def test_nul():\n    pass\n\0"}, unread=True),
    Hostility("file names for terminals and shells", dict.fromkeys(NAMES, "")),
    Hostility("file name that is not UTF-8", {os.fsdecode(b"TESTS/test_caf\xe9.py"): ""}, unread=True),
    Hostility("folder that begins with a dash", folder="--output=NAME"),
    Hostility("folder for terminals, HTML and tables", folder='=1+1,\n"it\'s";<script>|`NAME`'),
    Hostility("folder that is not UTF-8", folder=os.fsdecode(b"NAME-caf\xe9")),
)
