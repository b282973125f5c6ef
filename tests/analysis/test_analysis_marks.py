"""Facts of marks, fixture decorators and marking hooks, and who looks for a mark, construct by construct."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from analysis_tree import items, module_graph, workspace

from codemod.analysis.marks import is_looked_for, is_only_marked

if TYPE_CHECKING:
    from codemod.analysis.facts import FixtureDecl, HookRecipe, MarkFacts

HEAD = "import asyncio\nimport pytest\nimport pytest_asyncio\nfrom pytest import mark as m\n\n"
RECIPE = """\
from pytest import mark
from pytest_asyncio import is_async_test

def pytest_collection_modifyitems(items):
    scope = mark.asyncio(loop_scope="session")
    for item in items:
        if is_async_test(item):
            item.add_marker(scope, append=False)
"""


def first_mark(text: str) -> MarkFacts:
    (item,) = module_graph(HEAD + text).items
    return item.function.marks[0]


def decl(text: str) -> FixtureDecl:
    (fixture,) = module_graph(HEAD + text).fixtures.values()
    return fixture.decl


def hook(text: str) -> HookRecipe:
    facts = workspace({"conftest.py": text}).module("conftest.py")
    assert facts is not None and facts.hook is not None
    return facts.hook


@pytest.mark.parametrize(
    ("decorator", "keywords"),
    [
        ("pytest.mark.asyncio", ()),
        ("pytest.mark.asyncio()", ()),
        ("pytest.mark.asyncio('session')", ()),
        ("m.asyncio(scope='module', other=f(1))", (("scope", "'module'"), ("other", "f(1)"))),
        ("m.asyncio(**options)", (("**", "options"),)),
    ],
)
def test_keywords_of_a_mark(decorator: str, keywords: tuple[tuple[str, str], ...]) -> None:
    assert first_mark(f"@{decorator}\nasync def test_a(): ...\n").keywords == keywords


def test_a_mark_is_applied_where_it_is_written() -> None:
    mark = first_mark("@m.asyncio\nasync def test_a(): ...\n")
    assert (mark.applied, mark.root) == (mark.span, "m")


def test_a_named_mark_is_made_in_one_place_and_applied_in_another() -> None:
    mark = first_mark("on_loop = pytest.mark.asyncio(scope='module')\n@on_loop\nasync def test_a(): ...\n")
    assert mark.applied is not None
    assert (mark.span.line, mark.applied.line) == (6, 7)


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("pytest.fixture", ("pytest.fixture", "pytest", False)),
        ("pytest.yield_fixture(scope='module')", ("pytest.yield_fixture", "pytest", False)),
        ("pytest_asyncio.fixture('session')", ("pytest_asyncio.fixture", "pytest_asyncio", True)),
    ],
)
def test_what_a_fixture_decorator_is(decorator: str, expected: tuple[str, str, bool]) -> None:
    found = decl(f"@{decorator}\ndef value(): ...\n")
    assert (found.callee, found.root, found.positional) == expected


def test_the_recipe_does_nothing_else() -> None:
    assert hook(RECIPE).alone


@pytest.mark.parametrize(
    "more",
    [
        "    items.reverse()\n",
        "    items[:] = sorted(items, key=str)\n",
        "    for item in items:\n        item.add_marker(mark.slow)\n",
        "    items += []\n",
        "    return items\n",
        "    last = items.pop()\n",
        "    global scope\n",
        "    for item in items:\n        pass\n    else:\n        print(items)\n",
    ],
)
def test_a_hook_with_another_duty(more: str) -> None:
    assert not hook(RECIPE + more).alone


@pytest.mark.parametrize(
    ("code", "options", "expected"),
    [
        ("x = 1\n", (), False),
        ("node.get_closest_marker('asyncio')\n", (), True),
        ("node.get_closest_marker('slow')\n", (), False),
        ("backend = 'asyncio'\n", (), False),
        ("'asyncio' in item.keywords\n", (), True),
        ("list(item.iter_markers())\n", (), True),
        ("item.own_markers\n", (), True),
        ("x = 1\n", ("-m", "asyncio"), True),
        ("x = 1\n", ("-mnot asyncio",), True),
        ("x = 1\n", ("-k", "asyncio"), True),
        ("x = 1\n", ("-m", "slow"), False),
        ("x = 1\n", ("--asyncio-mode", "auto"), False),
    ],
)
def test_who_looks_for_the_mark(code: str, options: tuple[str, ...], expected: bool) -> None:
    suite = SimpleNamespace(
        workspace=workspace({"conftest.py": code}), config=SimpleNamespace(lists={"addopts": options})
    )
    assert is_looked_for(suite) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decorators", "expected"),
    [
        ("@pytest.mark.asyncio", True),
        ("@m.asyncio\n@m.parametrize('n', [1])", True),
        ("@on_loop", True),
        ("@m.asyncio\n@unittest.mock.patch('a.b')", True),
        ("@m.asyncio\n@hypothesis.given(n=1)", True),
        ("@m.asyncio\n@wrapped", False),
        ("@on_loop\n@wrapped", False),
        ("@m.asyncio\n@some.where.wrapped(1)", False),
    ],
)
def test_which_decorators_leave_a_test_what_it_is(decorators: str, expected: bool) -> None:
    head = f"import hypothesis, some, unittest.mock\n{HEAD}on_loop = m.asyncio\ndef wrapped(f): ...\n"
    found = module_graph(f"{head}{decorators}\ndef test_a(n): ...\n")
    function = items(found)["test_one.py::test_a"].function
    assert is_only_marked(function) is expected
