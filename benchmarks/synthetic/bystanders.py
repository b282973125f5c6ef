"""What most of a repository is: application modules, and tests in which no loop runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthetic.suite import filled

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Module:
    """A module of an application: ``head`` stands once, ``body`` several times with other numbers."""

    head: str
    body: str

    def text(self, package: str, numbers: range) -> str:
        """Return the module with one body for each number."""
        return filled(self.head, package) + "".join(filled(self.body, package, number) for number in numbers)


RECORDS = Module(
    '''"""Records of PACKAGE."""

from __future__ import annotations

from dataclasses import dataclass, field
''',
    '''

@dataclass
class RecordNUMBER:
    """A record with a name and a size."""

    name: str
    size: int = 0
    tags: list[str] = field(default_factory=list)

    def total(self) -> int:
        return self.size + sum(map(len, self.tags))

    def renamed(self, name: str) -> RecordNUMBER:
        return RecordNUMBER(name.strip().lower(), self.size, list(self.tags))
''',
)
SERVICES = Module(
    '''"""Services of PACKAGE."""

from __future__ import annotations

import asyncio
import logging

log = logging.getLogger(__name__)
''',
    '''

class ServiceNUMBER:
    """Stores items through the pool it is given."""

    def __init__(self, pool, size: int = NUMBER + 1) -> None:
        self.pool = pool
        self.size = size

    async def store(self, items: list[dict[str, int]]) -> int:
        async with self.pool.acquire() as connection:
            for item in items:
                if item["value"] % self.size:
                    await connection.execute("insert into s values ($1)", item["value"])
        return len(items)

    async def store_all(self, batches: list[list[dict[str, int]]]) -> int:
        done = await asyncio.gather(*(self.store(batch) for batch in batches))
        log.info("stored %s items", sum(done))
        return sum(done)
''',
)
DATABASE = Module(
    '''"""The database of PACKAGE."""

import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ.get("PACKAGE_DATABASE", "postgresql+asyncpg://localhost/PACKAGE"))
Session = async_sessionmaker(engine, expire_on_commit=False)
''',
    '''

async def rows_NUMBER(limit: int = NUMBER):
    """Return the newest rows."""
    async with Session() as session:
        result = await session.execute(text("select * from t_NUMBER order by id desc limit :n"), {"n": limit})
        return result.all()


async def remove_NUMBER(ids: list[int]) -> int:
    """Remove rows and return how many there were."""
    async with Session.begin() as session:
        result = await session.execute(text("delete from t_NUMBER where id = any(:ids)"), {"ids": ids})
    return result.rowcount
''',
)
CONNECTIONS = Module(
    '''"""Connections of PACKAGE."""

import json
import os

import asyncpg
from redis.asyncio import Redis

_pool = None
cache = Redis(host=os.environ.get("PACKAGE_REDIS", "localhost"))


async def pool():
    """Return the one pool."""
    global _pool
    if _pool is None:
        _pool = await asyncpg.create_pool(os.environ["PACKAGE_URL"])
    return _pool
''',
    '''

async def cached_NUMBER(key: str):
    """Return what is kept under a key, read from the database where it is missing."""
    found = await cache.get(f"NUMBER:{key}")
    if found is None:
        async with (await pool()).acquire() as connection:
            found = await connection.fetchval("select value from kept_NUMBER where key = $1", key)
        await cache.set(f"NUMBER:{key}", json.dumps(found))
    return found
''',
)
HELPERS = Module(
    '''"""Helpers of PACKAGE."""

from __future__ import annotations

import json
import re
from pathlib import Path
''',
    '''

WORD_NUMBER = re.compile(r"[a-z]{NUMBER,}")


def words_NUMBER(text: str) -> dict[str, int]:
    """Count the words of a text."""
    found: dict[str, int] = {}
    for word in WORD_NUMBER.findall(text.lower()):
        found[word] = found.get(word, 0) + 1
    return found


def save_NUMBER(path: Path, data: object) -> None:
    """Write data as JSON."""
    path.write_text(json.dumps(data, indent=2, sort_keys=True), encoding="utf-8")
''',
)
SYNC_TESTS = '''"""Tests of records NUMBER."""

import pytest

from PACKAGE.models import RecordNUMBER


@pytest.fixture
def record(tmp_path):
    return RecordNUMBER(tmp_path.name, NUMBER, ["a", "bc"])


@pytest.mark.parametrize("name", ["a", " B ", "c d"])
def test_renamed_NUMBER(record, name):
    assert record.renamed(name).name == name.strip().lower()


class TestTotalNUMBER:
    def test_tags(self, record):
        assert record.total() == NUMBER + 3

    def test_without_tags(self):
        assert RecordNUMBER("x", NUMBER).total() == NUMBER
'''
MODULES = {"service": SERVICES, "database": DATABASE, "connections": CONNECTIONS, "helpers": HELPERS}
FOLDERS = ("", "", "", "api/", "core/", "core/jobs/")
LONGEST = 6


def application(package: str, records: int, count: int, random: Random) -> dict[str, str]:
    """Return ``count`` modules of a package by their paths, among them ``models`` with so many records."""
    inits = [f"{folder}__init__.py" for folder in sorted(set(FOLDERS))]
    made = {**dict.fromkeys(inits, ""), "models.py": RECORDS.text(package, range(records))}
    for number in range(count - len(made)):
        name, folder = random.choice(sorted(MODULES)), random.choice(FOLDERS)
        made[f"{folder}{name}_{number}.py"] = MODULES[name].text(package, range(random.randint(1, LONGEST)))
    return made
