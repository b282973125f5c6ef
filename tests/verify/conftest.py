"""A repository to copy, and a watched folder for temporary files."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from copies_tools import git, inside, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the folder for temporary files, which must be empty at the end."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert inside(folder) == []


@pytest.fixture
def repo(tmp_path: Path, scratch: Path) -> Iterator[Path]:
    """Yield a repository with committed, changed, staged, new and ignored files; it must be the same at the end."""
    top = tmp_path / "proj"
    write(top, {".gitignore": "*.so\n_version.py\n.venv\n", "a.py": "a\n", "pkg/b.py": "b\n", "gone.py": "x\n"})
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    write(top, {"a.py": "changed\n", "staged.py": "s\n", "pkg/_version.py": "v\n", "pkg/c.so": "c\n", "new.py": "n\n"})
    git(top, "add", "staged.py")
    (top / "gone.py").unlink()
    yield top
    assert git(top, "worktree", "list").count(b"\n") == 1
