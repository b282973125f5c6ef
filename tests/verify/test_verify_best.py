"""``--strategy best`` runs the suite under each strategy and keeps the one with the best evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from real_suites import real
from verify_bench import MARK, bench, environment

from codemod.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from real_suites import Told
    from verify_bench import Bench

__all__ = ["bench", "environment", "real"]

pytestmark = pytest.mark.slow

CLIENT = """\
import asyncio


class Client:
    def __init__(self):
        self.loop = asyncio.get_running_loop()

    async def send(self, word):
        if asyncio.get_running_loop() is not self.loop:
            raise RuntimeError("attached to a different loop")
        return word

    async def close(self):
        pass
"""
PROJECT = {
    "pytest.ini": "[pytest]\nasyncio_mode = auto\n",
    "loopmend.toml": '[resources."client.Client"]\nbound = "creation"\nclose = "await {value}.close()"\n',
    "client.py": CLIENT,
    "conftest.py": """\
import pytest_asyncio

from client import Client


@pytest_asyncio.fixture(scope="session")
async def client():
    return Client()
""",
    "test_client.py": """\
import pytest


@pytest.mark.parametrize("word", ["a", "b"])
async def test_send(client, word):
    assert await client.send(word) == word
""",
}
OWN_LOOPS = """\
import asyncio

import pytest

SEEN = []


@pytest.mark.parametrize("number", range(2))
async def test_loop_is_new(number):
    loop = asyncio.get_running_loop()
    assert loop not in SEEN
    SEEN.append(loop)
"""
ONE_CLIENT = """\
import pytest

SEEN = []


@pytest.mark.parametrize("number", range(2))
def test_client_is_the_same(client, number):
    SEEN.append(client)
    assert len(set(map(id, SEEN))) == 1
"""


def tried(told: Any) -> dict[str, tuple[object, ...]]:
    keys = ("passed", "verdict", "chosen", "reason")
    return {one["strategy"]: tuple(one[key] for key in keys) for one in told.evidence["tried"]}


def test_the_smallest_diff_decides_where_all_are_as_good(real: Callable[..., Told]) -> None:
    told = real(PROJECT, "verify", "--strategy", "best")
    assert told.code == ExitCode.DONE, told.out + told.err
    assert tried(told) == {
        "isolate": (2, "not worse", False, ""),
        "share": (2, "not worse", True, "smallest diff"),
        "preserve": (None, "", False, "cannot be used here"),
    }
    assert [one["lines"] for one in told.evidence["tried"]] == [8, 6, 0]
    assert (told.evidence["strategy"], told.evidence["runs"]) == ("share", 3)
    assert "Better: 2 tests fixed, nothing got worse." in told.out
    assert "  *  share" in told.out


@pytest.mark.parametrize(
    ("extra", "winner", "loser"), [(OWN_LOOPS, "isolate", "share"), (ONE_CLIENT, "share", "isolate")]
)
def test_what_breaks_tests_loses_and_the_winner_is_written(
    real: Callable[..., Told], tmp_path: Path, extra: str, winner: str, loser: str
) -> None:
    told = real({**PROJECT, "test_extra.py": extra}, "migrate", "--verify", "--strategy", "best")
    assert told.code == ExitCode.DONE, told.out + told.err
    assert tried(told)[winner] == (4, "not worse", True, "breaks nothing")
    assert tried(told)[loser] == (3, "worse", False, "")
    conftest = (tmp_path / "project/conftest.py").read_text()
    assert ('scope="session"' in conftest) == (winner == "share")
    assert told.evidence["strategy"] == winner
    assert "best" not in told.out
    assert "Mended 1 finding." in told.out


def test_at_the_limit_the_others_are_not_run(real: Callable[..., Told]) -> None:
    told = real(PROJECT, "verify", "--strategy", "best", "--max-runs", "2")
    assert told.code == ExitCode.DONE
    assert tried(told)["share"] == (None, "", False, "not run: the limit of runs was reached")
    assert tried(told)["isolate"] == (2, "not worse", True, "the only one")


def test_the_same_changes_are_not_run_twice(bench: Bench) -> None:
    seen = bench.verify("suite()", "--strategy", "best")
    rows = {one["strategy"]: one["reason"] for one in seen.evidence["tried"]}
    assert rows == {
        "isolate": "the only one",
        "share": "makes the same changes as isolate",
        "preserve": "makes the same changes as isolate",
    }
    assert len(seen.runs) == 2


def test_what_no_strategy_can_do_without_is_sought_in_the_winner(bench: Bench) -> None:
    seen = bench.run("migrate", f"suite(*['test_two'] * ({MARK}))", "--verify", "--strategy", "best")
    assert (seen.code, [*seen.rolled_back]) == (ExitCode.VERIFICATION_FAILED, ["LM304"])
    assert tried(seen)["isolate"] == (2, "worse", True, "the only one")
    assert "best" not in seen.out + seen.err
