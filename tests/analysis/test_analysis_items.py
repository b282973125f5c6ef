"""What is collected as a test, who runs it, and with which marks."""

from __future__ import annotations

import pytest
from analysis_tree import graph, items, module_graph, workspace

from codemod.analysis.resolve import Item, resolve

M = "test_one.py"


def ids(text: str, **options: object) -> list[str]:
    return sorted(i.id.removeprefix(f"{M}::") for i in module_graph(text, **options).items)  # type: ignore[arg-type]


def one(text: str, mode: str = "strict") -> Item:
    (item,) = module_graph("import pytest\n" + text, mode).items
    return item


# --- which functions and classes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def test_a(): ...", ["test_a"]),
        ("async def test_a(): ...", ["test_a"]),
        ("def testing(): ...", ["testing"]),
        ("def test_a(): ...\ndef test_a(): ...", ["test_a"]),
        ("if True:\n    def test_a(): ...\nelse:\n    def test_b(): ...", ["test_a", "test_b"]),
        ("class TestA:\n    def test_a(self): ...", ["TestA::test_a"]),
        ("class TestA:\n    class TestB:\n        def test_b(self): ...", ["TestA::TestB::test_b"]),
        ("class Base:\n    def test_a(self): ...\nclass TestA(Base): ...", ["TestA::test_a"]),
        (
            "class Base:\n    class TestIn:\n        def test_a(self): ...\nclass TestA(Base): ...",
            ["TestA::TestIn::test_a"],
        ),
        ("class Base:\n    def test_a(self): ...\nclass TestA(Base):\n    def test_a(self): ...", ["TestA::test_a"]),
        ("import unittest\nclass Any(unittest.TestCase):\n    def test_a(self): ...", ["Any::test_a"]),
        (
            "from unittest import IsolatedAsyncioTestCase as C\nclass X(C):\n    async def test_a(self): ...",
            ["X::test_a"],
        ),
    ],
)
def test_collected(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "def check_a(): ...",
        "def Test_a(): ...",
        "import pytest\n@pytest.fixture\ndef test_a(): ...",
        "def outer():\n    def test_a(): ...",
        "class Base:\n    def test_a(self): ...",
        "class test_A:\n    def test_a(self): ...",
        "class TestA:\n    def __init__(self): ...\n    def test_a(self): ...",
        "class TestA:\n    def __new__(cls): ...\n    def test_a(self): ...",
        "class Base:\n    def __init__(self): ...\nclass TestA(Base):\n    def test_a(self): ...",
        "class TestA:\n    class Inner:\n        def test_a(self): ...",
        "from abc import ABC, abstractmethod\nclass TestA(ABC):\n    @abstractmethod\n"
        "    def x(self): ...\n    def test_a(self): ...",
        "import unittest\nclass A(unittest.TestCase):\n    def check_a(self): ...",
        "test_a = 1",
    ],
)
def test_not_collected(text: str) -> None:
    assert ids(text) == []


def test_an_abstract_base_is_collected_where_it_is_made_whole() -> None:
    text = (
        "import abc\nclass TestBase(abc.ABC):\n    @abc.abstractmethod\n    def x(self): ...\n"
        "    def test_a(self): ...\n"
        "class TestWhole(TestBase):\n    def x(self): ...\n"
    )
    assert ids(text) == ["TestWhole::test_a"]


def test_imported_tests_and_classes_are_collected_again() -> None:
    files = {
        "lib.py": "def test_a(): ...\nclass TestA:\n    def test_b(self): ...\nclass Base:\n"
        "    def test_c(self): ...\n",
        M: "from lib import test_a, test_a as test_renamed, test_a as other, TestA, TestA as TestB, Base\n",
    }
    assert set(items(graph(files))) == {
        f"{M}::{name}" for name in ("test_a", "test_renamed", "TestA::test_b", "TestB::test_b")
    }


def test_a_class_from_elsewhere_keeps_its_owner() -> None:
    files = {
        "lib.py": "class Base:\n    async def test_a(self): ...\n",
        M: "from lib import Base\nclass TestA(Base): ...\n",
    }
    (item,) = graph(files).items
    assert (item.path, item.owner, item.function.qualname) == (M, "lib.py", "Base.test_a")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["TestA::test_a", "test_a"]),
        ({"functions": ("check",)}, ["TestA::check_a", "check_a"]),
        ({"functions": ("*_a",)}, ["TestA::check_a", "TestA::test_a", "check_a", "test_a"]),
        ({"functions": ("test_?",)}, ["TestA::test_a", "test_a"]),
        ({"classes": ("Check",)}, ["CheckA::test_a", "test_a"]),
        ({"classes": ("*A",)}, ["CheckA::test_a", "TestA::test_a", "test_a"]),
        ({"classes": (), "functions": ()}, []),
    ],
)
def test_collection_options(options: dict[str, object], expected: list[str]) -> None:
    body = "    def test_a(self): ...\n    def check_a(self): ...\n"
    text = f"def test_a(): ...\ndef check_a(): ...\nclass TestA:\n{body}class CheckA:\n{body}"
    assert ids(text, **options) == expected


def test_unittest_methods_do_not_follow_python_functions() -> None:
    text = "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): ...\n    def check_a(self): ...\n"
    assert ids(text, functions=("check",)) == ["A::test_a"]


@pytest.mark.parametrize(
    ("patterns", "path", "matches"),
    [
        (("test_*.py", "*_test.py"), "a/test_x.py", True),
        (("test_*.py", "*_test.py"), "a/x_test.py", True),
        (("test_*.py", "*_test.py"), "a/tests.py", False),
        (("test_*.py", "*_test.py"), "test_a/x.py", False),
        (("check_*.py",), "check_x.py", True),
        (("check_*.py",), "test_x.py", False),
        (("unit/check_*.py",), "a/unit/check_x.py", True),
        (("unit/check_*.py",), "unit/check_x.py", True),
        (("unit/check_*.py",), "a/other/check_x.py", False),
        (("unit/check_*.py",), "a/myunit/check_x.py", False),
    ],
)
def test_python_files(patterns: tuple[str, ...], path: str, matches: bool) -> None:
    found = resolve(workspace({path: "def test_a(): ...\n"}, python_files=patterns), "strict")
    assert bool(found.items) is matches


# --- who runs a test ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "strict", "auto"),
    [
        ("def test_a(): ...", "sync", "sync"),
        ("@pytest.mark.asyncio\ndef test_a(): ...", "sync", "sync"),
        ("async def test_a(): ...", "unhandled", "asyncio"),
        ("@pytest.mark.asyncio\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("@pytest.mark.asyncio()\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("pytestmark = pytest.mark.asyncio\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("pytestmark = [pytest.mark.slow, pytest.mark.asyncio]\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("pytestmark: list = (pytest.mark.asyncio,)\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("pytestmark = pytest.mark.slow\nasync def test_a(): ...", "unhandled", "asyncio"),
        ("def f():\n    pytestmark = pytest.mark.asyncio\nasync def test_a(): ...", "unhandled", "asyncio"),
        ("@pytest.mark.asynci\nasync def test_a(): ...", "unhandled", "asyncio"),
        ("@mark.asyncio\nasync def test_a(): ...", "unhandled", "asyncio"),
        ("from pytest import mark\n@mark.asyncio\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("import pytest as pt\n@pt.mark.asyncio\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("on_loop = pytest.mark.asyncio\n@on_loop\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("on_loop = pytest.mark.slow\n@on_loop\nasync def test_a(): ...", "unhandled", "asyncio"),
        ("@pytest.mark.anyio\nasync def test_a(): ...", "foreign", "foreign"),
        ("@pytest.mark.trio\nasync def test_a(): ...", "foreign", "foreign"),
        ("@pytest.mark.anyio\n@pytest.mark.asyncio\nasync def test_a(): ...", "asyncio", "asyncio"),
        ("pytestmark = pytest.mark.anyio\ndef test_a(): ...", "sync", "sync"),
        (
            "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.asyncio)])\nasync def test_a(x): ...",
            "asyncio",
            "asyncio",
        ),
        ("from unittest import TestCase\nclass A(TestCase):\n    async def test_a(self): ...", "testcase", "testcase"),
        (
            "import unittest\n@pytest.mark.asyncio\nclass A(unittest.IsolatedAsyncioTestCase):\n"
            "    async def test_a(self): ...",
            "isolated",
            "isolated",
        ),
    ],
)
def test_who_runs_it(text: str, strict: str, auto: str) -> None:
    assert (one(text).kind, one(text, "auto").kind) == (strict, auto)


def test_an_isolated_base_in_another_module() -> None:
    files = {
        "base.py": "from unittest import IsolatedAsyncioTestCase\nclass Base(IsolatedAsyncioTestCase): ...\n",
        M: "from base import Base\nclass Checks(Base):\n    async def test_a(self): ...\n",
    }
    assert [(i.id, i.kind) for i in graph(files).items] == [(f"{M}::Checks::test_a", "isolated")]


# --- which mark is the closest ------------------------------------------------------------------------------------


def scope(text: str) -> str | None:
    marks = [m for m in one(text).marks if m.name == "asyncio"]
    return marks[0].loop_scope if marks else "no mark"


def mark(word: str) -> str:
    return f"pytest.mark.asyncio(loop_scope={word!r})"


ON_CLASS = "class TestA:\n    async def test_a(self): ..."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"@{mark('session')}\nasync def test_a(): ...", "session"),
        ("@pytest.mark.asyncio(scope='module')\nasync def test_a(): ...", "module"),
        ("S = 'session'\n@pytest.mark.asyncio(loop_scope=S)\nasync def test_a(): ...", "session"),
        (f"pytestmark = {mark('module')}\nasync def test_a(): ...", "module"),
        (f"pytestmark = {mark('module')}\npytestmark = {mark('session')}\nasync def test_a(): ...", "session"),
        (f"pytestmark = {mark('module')}\n@pytest.mark.asyncio\nasync def test_a(): ...", None),
        (f"pytestmark = {mark('module')}\n@{mark('class')}\n{ON_CLASS}", "class"),
        (f"@{mark('class')}\nclass TestA:\n    @{mark('session')}\n    async def test_a(self): ...", "session"),
        (
            f"@{mark('class')}\nclass TestA:\n    pytestmark = {mark('session')}\n    async def test_a(self): ...",
            "session",
        ),
        (f"@{mark('session')}\n@{mark('module')}\nasync def test_a(): ...", "module"),
        (
            f"@{mark('session')}\nclass TestO:\n    @{mark('class')}\n    class TestA:\n"
            "        async def test_a(self): ...",
            "class",
        ),
        (f"@{mark('session')}\nclass TestO:\n    class TestA:\n        async def test_a(self): ...", "session"),
        (
            f"@{mark('module')}\nclass B: ...\n@{mark('class')}\nclass TestA(B):\n    async def test_a(self): ...",
            "module",
        ),
        (f"@{mark('module')}\nclass B:\n    async def test_a(self): ...\nclass TestA(B): ...", "module"),
        (
            f"class O:\n    pytestmark = {mark('module')}\nclass TestA(O):\n    class TestIn:\n"
            "        async def test_a(self): ...",
            "module",
        ),
        (
            f"@pytest.mark.parametrize('x', [pytest.param(1, marks={mark('module')})])\nasync def test_a(x): ...",
            "module",
        ),
        (
            f"@pytest.mark.parametrize('x', [pytest.param(1, marks=[{mark('module')}])])\n"
            f"@{mark('session')}\nasync def test_a(x): ...",
            "session",
        ),
        (
            f"@{mark('class')}\nclass TestA:\n"
            f"    @pytest.mark.parametrize('x', [pytest.param(1, marks={mark('module')})])\n"
            "    async def test_a(self, x): ...",
            "module",
        ),
        (f"shared = {mark('session')}\n@shared\nasync def test_a(): ...", "session"),
        ("@pytest.mark.asyncio(loop_scope=pick())\nasync def test_a(): ...", "?"),
        ("@pytest.mark.asyncio(**kwargs)\nasync def test_a(): ...", "?"),
        ("@pytest.mark.asyncio(loop_scope=None)\nasync def test_a(): ...", None),
        ("@pytest.mark.asyncio\nasync def test_a(): ...", None),
        (f"other = {mark('session')}\nasync def test_a(): ...", "no mark"),
        (f"class B:\n    mark = {mark('session')}\nclass TestA(B):\n    async def test_a(self): ...", "no mark"),
        (f"@{mark('session')}\ndef helper(): ...\nasync def test_a(): ...", "no mark"),
    ],
)
def test_the_closest_mark(text: str, expected: str | None) -> None:
    assert scope(text) == expected


def test_a_mark_in_a_conftest_or_a_package_does_nothing() -> None:
    files = {
        "t/__init__.py": f"import pytest\npytestmark = {mark('session')}\n",
        "t/conftest.py": f"import pytest\npytestmark = {mark('session')}\n",
        "t/test_a.py": "async def test_a(): ...\n",
    }
    (item,) = graph(files).items
    assert item.marks == ()


def test_a_mark_says_where_it_is_written() -> None:
    files = {
        "lib.py": f"import pytest\n@{mark('session')}\nclass Base:\n    async def test_a(self): ...\n",
        M: "from lib import Base\nclass TestA(Base): ...\n",
    }
    (item,) = graph(files).items
    assert [(m.path, m.span.line, m.span.column) for m in item.marks] == [("lib.py", 2, 1)]
