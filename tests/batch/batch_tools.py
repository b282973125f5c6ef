"""Projects for a batch, as tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.command import git

from codemod.batch.records import ProjectRef, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFTEST = """import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def conn():
    conn = await asyncpg.connect(os.environ["URL"])
    yield conn
    await conn.close()
"""
SICK = {
    "pytest.ini": "[pytest]\nasyncio_mode = auto\n",
    "requirements.txt": "pytest-asyncio==1.1.0\nasyncpg\n",
    "conftest.py": CONFTEST,
    "test_a.py": "async def test_select(conn):\n    assert await conn.fetchval('select 1') == 1\n",
}
"""One crossing, which is repaired in conftest.py and pytest.ini together."""
TWO_PARTS = {
    "pytest.ini": (
        "[pytest]\nasyncio_mode = strict\n"
        "asyncio_default_fixture_loop_scope = function\nasyncio_default_test_loop_scope = function\n"
    ),
    "test_mark.py": "import pytest\n\n\n@pytest.mark.asyncio\ndef test_plain():\n    assert True\n",
    "test_user.py": (
        "import pytest\nimport pytest_asyncio\n\n\n@pytest.mark.asyncio\n@pytest_asyncio.fixture\nasync def user():\n"
        "    return 1\n\n\n@pytest.mark.asyncio\nasync def test_user(user):\n    assert user == 1\n"
    ),
}
"""A mark on a test and one on a fixture that should not be there: neither has to do with the other."""
CLEAN = {"pytest.ini": "[pytest]\nasyncio_mode = auto\n", "test_a.py": "async def test_a():\n    assert True\n"}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below ``folder`` and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def repository(top: Path) -> Path:
    """Commit all that is in ``top``."""
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "one")
    return top


def task(top: Path, folder: str = "") -> Task:
    """Return the task for one project of a checkout."""
    return Task(ProjectRef("/".join(filter(None, (top.name, folder))), str(top), folder))
