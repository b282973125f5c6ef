"""Remedies are taken whole or not at all, and never against each other."""

from __future__ import annotations

import pytest

from codemod.model import Applicability, Remedy
from codemod.operations import (
    EnsureImport,
    RemoveCallKeyword,
    RemoveOption,
    ReplaceCallee,
    SetCallKeyword,
    SetOption,
    SetRequirement,
    Span,
)
from codemod.plan import merge

SPAN = Span(3, 1, 3, 20)
SET = SetOption("pytest.ini", ("pytest",), "asyncio_default_test_loop_scope", "function")
OTHER = SetOption("pytest.ini", ("pytest",), "asyncio_default_test_loop_scope", "session")


def remedy(*operations, applicability=Applicability.SAFE, title="a"):
    return Remedy(title, "LM201", applicability, tuple(operations))


def test_safe_remedies_are_applied_and_operations_are_kept_once():
    plan = merge([remedy(SET), remedy(SET, EnsureImport("a.py", "x"), title="b")], unsafe=False)
    assert [r.title for r in plan.applied] == ["a", "b"]
    assert plan.operations == (SET, EnsureImport("a.py", "x"))
    assert list(plan.by_path()) == ["a.py", "pytest.ini"]


@pytest.mark.parametrize(
    ("applicability", "unsafe", "applied"),
    [
        (Applicability.SAFE, False, True),
        (Applicability.SAFE, True, True),
        (Applicability.UNSAFE, False, False),
        (Applicability.UNSAFE, True, True),
        (Applicability.DISPLAY, False, False),
        (Applicability.DISPLAY, True, False),
    ],
)
def test_applicability_decides(applicability, unsafe, applied):
    plan = merge([remedy(SET, applicability=applicability)], unsafe)
    assert bool(plan.applied) is applied
    assert bool(plan.withheld) is not applied


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SET, OTHER),
        (SET, RemoveOption(SET.path, SET.section, SET.key)),
        (RemoveOption(SET.path, SET.section, SET.key), SET),
        (SetCallKeyword("a.py", SPAN, "scope", '"session"'), RemoveCallKeyword("a.py", SPAN, "scope")),
        (SetCallKeyword("a.py", SPAN, "scope", '"session"'), SetCallKeyword("a.py", SPAN, "scope", '"module"')),
        (ReplaceCallee("a.py", SPAN, "pytest.fixture"), ReplaceCallee("a.py", SPAN, "pytest_asyncio.fixture")),
        (SetRequirement("r.txt", 1, (), "==0.21", "==0.24"), SetRequirement("r.txt", 1, (), "==0.21", "==1.1")),
    ],
)
def test_of_two_remedies_that_disagree_the_first_wins_whole(first, second):
    beside = EnsureImport("b.py", "pytest_asyncio")
    plan = merge([remedy(first), remedy(second, beside, title="late")], unsafe=False)
    assert plan.operations == (first,)
    assert [r.title for r in plan.withheld] == ["late"]
    assert "another remedy" in plan.withheld[0].condition


@pytest.mark.parametrize(
    "other",
    [
        SetRequirement("r.txt", 1, (), "==0.21", "==0.24"),
        SetRequirement("r.txt", 2, (), "==0.21", "==1.1"),
        SetRequirement("r.txt", 1, (), "==8.0", "==8.2"),
        SetRequirement("b.txt", 1, (), "==0.21", "==1.1"),
        SetRequirement("r.txt", 1, ("x",), "==0.21", "==1.1"),
    ],
)
def test_requirements_that_agree_are_applied_together(other):
    first = SetRequirement("r.txt", 1, (), "==0.21", "==0.24")
    assert merge([remedy(first), remedy(other)], unsafe=False).withheld == ()


def test_a_withheld_remedy_does_not_block_others():
    unsafe = remedy(SET, applicability=Applicability.UNSAFE)
    plan = merge([unsafe, remedy(OTHER, title="b")], unsafe=False)
    assert plan.operations == (OTHER,)


def test_nothing_gives_nothing():
    plan = merge([], unsafe=True)
    assert (plan.applied, plan.withheld, plan.operations, plan.by_path()) == ((), (), (), {})
