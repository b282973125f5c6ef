"""Errors are cut where nothing is lost for a reader, and nowhere else."""

from __future__ import annotations

import pytest

from codemod.report.brief import brief

CROSSED = (
    "RuntimeError: Task <Task pending name='Task-7' coro=<finalizer() running at /x/plugin.py:1> cb=[<f() at y.py:2>]> "
    "got Future <Future pending cb=[BaseProtocol._on_waiter_completed()]> attached to a different loop"
)


def test_the_insides_of_crossed_tasks_and_futures_go() -> None:
    assert brief(CROSSED) == "RuntimeError: Task <Task …> got Future <Future …> attached to a different loop"


@pytest.mark.parametrize(
    "error", ["RuntimeError: Event loop is closed", "assert <Task pending> == 1", "<Future at 0x1> is attached", ""]
)
def test_other_errors_stay(error: str) -> None:
    assert brief(error) == error


def test_an_error_becomes_one_line() -> None:
    assert brief("assert 1 == 2\n  where 1 = f()") == "assert 1 == 2 where 1 = f()"
