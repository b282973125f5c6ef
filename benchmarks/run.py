"""Measure loopmend on made-up trees as ratios of CPU time, all in one run on one machine (see README.md)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

READ = "import sys, pathlib\nfor p in pathlib.Path('.').rglob('*.py'): p.read_bytes()"
PARSE = "import ast, pathlib\nfor p in pathlib.Path('.').rglob('*.py'): ast.parse(p.read_bytes())"
ARGPARSE = "import argparse; argparse.ArgumentParser(description='x').parse_args(['--help'])"
CHECK = ("-m", "codemod", "check", "-q")
RUFF = ("-m", "ruff", "check", "-q", "--no-cache", "--isolated", "--exit-zero", "--select", "PT,ASYNC", ".")
FIXTURES = """import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="{scope}")
async def conn_{name}():
    conn = await asyncpg.connect("")
    yield conn
    await conn.close()
"""
TEST = '''

async def test_{number}(conn_{name}, tmp_path):
    """Store rows and read them again."""
    path = tmp_path / "data-{number}.json"
    rows = [{{"id": n, "name": f"row {{n}}", "value": n * {number} % 7}} for n in range(10)]
    for row in rows:
        await conn_{name}.execute("insert into t values ($1, $2, $3)", row["id"], row["name"], row["value"])
    path.write_text(str(rows))
    found = await conn_{name}.fetch("select * from t where value > $1", 3)
    assert len(found) == sum(1 for row in rows if row["value"] > 3)
    assert path.exists()
'''
SERVICE = '''

class Service{number}:
    """Keeps what it is given."""

    def __init__(self, pool, size: int = {number}) -> None:
        self.pool = pool
        self.size = size

    async def store(self, items: list[dict[str, int]]) -> int:
        async with self.pool.acquire() as conn:
            for item in items:
                if item["value"] % self.size:
                    await conn.execute("insert into s values ($1)", item["value"])
        return len(items)
'''


def say(text: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write(folder: Path, path: str, text: str) -> None:
    """Write one file of a tree."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def without_plugin(folder: Path) -> None:
    """1,000 test modules that do not use pytest-asyncio."""
    for number in range(1000):
        tests = "".join(TEST.format(number=n, name="x") for n in range(8))
        body = tests.replace("async def", "def").replace("await ", "")
        write(folder, f"tests/p{number % 20}/test_{number}.py", f"import json\n{body}")


def auto_mode(folder: Path) -> None:
    """300 test modules in auto mode and 5 conftests whose connections cross loops."""
    write(folder, "pytest.ini", "[pytest]\nasyncio_mode = auto\n")
    for part in range(5):
        write(folder, f"tests/p{part}/conftest.py", FIXTURES.format(name=part, scope="session" if part else "function"))
    for number in range(300):
        body = "".join(TEST.format(number=n, name=number % 5) for n in range(8))
        write(folder, f"tests/p{number % 5}/test_{number}.py", f"import json\n{body}")


def big_application(folder: Path) -> None:
    """1,500 application files of which 20 test modules use a few."""
    write(folder, "pytest.ini", "[pytest]\nasyncio_mode = auto\n")
    write(folder, "tests/conftest.py", FIXTURES.format(name="x", scope="session"))
    for number in range(1500):
        body = "".join(SERVICE.format(number=n + 1) for n in range(10))
        write(folder, f"app/p{number % 30}/m{number}.py", f"import json\n{body}")
    for number in range(20):
        body = "".join(TEST.format(number=n, name="x") for n in range(8))
        write(folder, f"tests/test_{number}.py", f"from app.p{number}.m{number} import Service1\n{body}")


TREES: tuple[Callable[[Path], None], ...] = (without_plugin, auto_mode, big_application)


def cpu_seconds(folder: Path, arguments: Sequence[str], repeat: int) -> float:
    """Return the least CPU time (user and system, children included) of ``python *arguments`` in ``folder``."""
    root = str(Path(__file__).resolve().parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    found = []
    for _ in range(repeat):
        before = os.times()
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        after = os.times()
        if done.returncode not in (0, 1):
            raise SystemExit(f"{arguments}: {done.returncode}\n{done.stderr.decode()}")
        found.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(found)


def has_ruff() -> bool:
    """Tell whether ruff can be run with this interpreter."""
    return subprocess.run([sys.executable, "-m", "ruff", "--version"], capture_output=True, check=False).returncode == 0


def measure_tree(make: Callable[[Path], None], repeat: int) -> None:
    """Print the figures of one tree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        files = list(folder.rglob("*.py"))
        size = sum(path.stat().st_size for path in files)
        say(f"\n{make.__name__}: {make.__doc__} {len(files)} files, {size / 1e6:.1f} MB")
        bare = cpu_seconds(folder, ("-c", "pass"), repeat)
        own = cpu_seconds(folder, CHECK, repeat)
        others: dict[str, Sequence[str]] = {"raw read": ("-c", READ), "ast.parse": ("-c", PARSE)}
        if has_ruff():
            others["ruff PT,ASYNC"] = RUFF
        say(f"  {'loopmend check':16} {own:7.3f} s  {len(files) / own:6.0f} files/s")
        for title, arguments in others.items():
            seconds = cpu_seconds(folder, arguments, repeat)
            # The interpreter's own start is not part of what a library call costs.
            net = seconds if "ruff" in title else max(seconds - bare, 0.001)
            say(f"  {title:16} {net:7.3f} s  loopmend takes {own / net:6.2f} times that")


def measure_start(repeat: int) -> None:
    """Print what it costs to say nothing."""
    here = Path(tempfile.gettempdir())
    bare = cpu_seconds(here, ("-c", "pass"), repeat)
    plain = cpu_seconds(here, ("-c", ARGPARSE), repeat)
    own = cpu_seconds(here, ("-m", "codemod", "--help"), repeat)
    say(f"--help: {own:.3f} s, {own / bare:.1f} times a bare interpreter, {own / plain:.1f} times argparse's --help")


def main() -> None:
    """Run every benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="take the least of so many runs (default 3)")
    repeat = parser.parse_args().repeat
    measure_start(repeat)
    for make in TREES:
        measure_tree(make, repeat)


if __name__ == "__main__":
    main()
