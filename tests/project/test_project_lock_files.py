"""What conda-lock's files say; the other lock formats are read in the tests of the requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.project.lock_files import LockedVersion, is_lock_file, read_locked
from codemod.project.requirements import read

if TYPE_CHECKING:
    from pathlib import Path

NEW = """\
version: 1
metadata:
  channels:
  - url: conda-forge
  sources:
  - environment.yml
package:
- name: pytest
  version: 8.4.2
  manager: conda
  platform: linux-64
- name: pytest-asyncio
  version: '0.23.8'
  manager: conda
  platform: linux-64
  dependencies:
    pytest: '>=7.0.0'
    version: 9.9
"""
SORTED = """\
package:
- category: main
  dependencies:
    pytest: '>=7.0.0'
  manager: conda
  name: pytest-asyncio
  optional: false
  version: 0.23.8
version: 1
"""


@pytest.mark.parametrize(("text", "line"), [(NEW, 12), (SORTED, 6)])
def test_conda_lock(text: str, line: int) -> None:
    assert read_locked("conda-lock.yml", text, ["pytest-asyncio"]) == [LockedVersion("pytest-asyncio", "0.23.8", line)]


def test_each_platform_has_its_entry() -> None:
    again = NEW + "- name: pytest-asyncio\n  version: 0.24.0\n  platform: osx-64\n"
    assert [(each.version, each.line) for each in read_locked("conda-lock.yml", again, ["pytest-asyncio"])] == [
        ("0.23.8", 12),
        ("0.24.0", 19),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "package:\n- name: pytest-asyncio-cooperative\n  version: 1.0\n",
        "package:\n- name: pytest-asyncio\n  manager: conda\n",
        "package:\n- name: other\n  version: 1.0\n  dependencies:\n    name: pytest-asyncio\n",
        "# name: pytest-asyncio\n#  version: 1.0\n",
    ],
)
def test_not_locked(text: str) -> None:
    assert read_locked("conda-lock.yml", text, ["pytest-asyncio"]) == []


def test_a_conda_lock_counts_for_the_project(tmp_path: Path) -> None:
    (tmp_path / "conda-lock.yml").write_text(NEW)
    locked = read(tmp_path, tmp_path).plugin.locked
    assert locked is not None
    assert (locked.version, locked.origin) == ("0.23.8", "conda-lock.yml:12")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conda-lock.yml", True),
        ("conda-lock.yaml", True),
        ("ci.conda-lock.yml", True),
        ("my-conda-lock.yml", False),
        ("conda-lock.yml.bak", False),
        ("environment.yml", False),
        ("uv.lock", True),
        ("uv.lock.bak", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_lock_file(name) is expected
