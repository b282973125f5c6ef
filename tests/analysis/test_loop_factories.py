"""Loops by hook or policy: the text of what is inserted, what cannot be expressed, and what real pytest makes of it."""

from __future__ import annotations

import subprocess
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from analysis_tree import workspace

from codemod.analysis.loop_factories import Factory, LoopFactoryError, Wish, operations
from codemod.rewrite import rewrite_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

UVLOOP = Factory("uvloop.new_event_loop", (("uvloop", None),))
SELECTOR = Factory("asyncio.SelectorEventLoop", (("asyncio", None),))
OWN = Factory("lib.Own", (("lib", None),))
OTHER = Factory("Other", (("lib", "Other"),), "other")
MADE = Factory("lib.Policy().new_event_loop", (("lib", None),))


def rewritten(files: Mapping[str, str], *wishes: Wish, target: str = "1.5.0") -> dict[str, str]:
    """Return the files that the operations change or make."""
    found: dict[str, list[object]] = {}
    for operation in operations(wishes, workspace(files), target):
        found.setdefault(operation.path, []).append(operation)
    before = {path: dedent(files[path]).encode() if path in files else None for path in found}
    return {path: rewrite_file(path, before[path], tuple(ops)).decode() for path, ops in found.items()}  # type: ignore[arg-type]


def hook(files: Mapping[str, str], *wishes: Wish) -> str:
    """Return the body of the one hook that is written, without its docstring."""
    (text,) = rewritten(files, *wishes).values()
    return dedent(text.partition('are made."""\n')[2])


HOOKED = "def pytest_asyncio_loop_factories(): ..."
MODULE = {"tests/conftest.py": "", "tests/test_a.py": "", "tests/test_b.py": ""}


def test_a_conftest_gets_the_shortest_hook() -> None:
    assert rewritten({"conftest.py": "import os\n"}, Wish("conftest.py", (UVLOOP,))) == {
        "conftest.py": dedent('''\
            import os

            import uvloop


            def pytest_asyncio_loop_factories():
                """Choose how the event loops of async tests are made."""
                return {"uvloop": uvloop.new_event_loop}
            ''')
    }


def test_a_module_gets_a_hook_in_the_conftest_of_its_folder() -> None:
    files = {"tests/test_a.py": ""}
    assert rewritten(files, Wish("tests/test_a.py", (UVLOOP,))) == {
        "tests/conftest.py": dedent('''\
            import asyncio

            import uvloop


            def pytest_asyncio_loop_factories(item):
                """Choose how the event loops of async tests are made."""
                if item.path.name == "test_a.py":
                    return {"uvloop": uvloop.new_event_loop}
                return {"asyncio": asyncio.new_event_loop}
            ''')
    }


def test_modules_with_the_same_loops_share_a_condition() -> None:
    assert hook(MODULE, Wish("tests/test_b.py", (OWN,)), Wish("tests/test_a.py", (OWN,))) == (
        'if item.path.name in ("test_a.py", "test_b.py"):\n    return {"lib": lib.Own}\n'
        'return {"asyncio": asyncio.new_event_loop}\n'
    )


def test_a_long_list_of_modules_is_broken_into_lines() -> None:
    names = [f"tests/test_something_with_a_long_name_{number}.py" for number in range(3)]
    text = hook(dict.fromkeys(names, ""), *(Wish(name, (OWN,)) for name in names))
    assert max(map(len, text.splitlines())) < 60
    assert all(name.rpartition("/")[2] in text for name in names)


def test_a_class_comes_before_its_module_and_an_inner_class_before_both() -> None:
    wishes = (Wish("tests/test_a.py", (OWN,)), Wish("tests/test_a.py", (UVLOOP,), "TestA"))
    inner = Wish("tests/test_a.py", (SELECTOR,), "TestA.TestIn")
    assert [line for line in hook(MODULE, *wishes, inner).splitlines() if line.startswith("if")] == [
        'if "/test_a.py::TestA::TestIn::" in f"/{item.nodeid}":',
        'if "/test_a.py::TestA::" in f"/{item.nodeid}":',
        'if item.path.name == "test_a.py":',
    ]


def test_a_file_name_that_is_not_unique_below_is_asked_for_by_its_path() -> None:
    files = {**MODULE, "tests/unit/test_a.py": ""}
    assert hook(files, Wish("tests/test_a.py", (OWN,))).startswith(
        'if item.path == Path(__file__).with_name("test_a.py"):'
    )
    assert "from pathlib import Path" in rewritten(files, Wish("tests/test_a.py", (OWN,)))["tests/conftest.py"]
    assert "Path" not in hook(files, Wish("tests/unit/test_a.py", (OWN,)))


def test_the_wish_for_the_folder_is_for_all_others() -> None:
    assert hook(MODULE, Wish("tests/test_a.py", (OWN,)), Wish("tests/conftest.py", (UVLOOP,))).endswith(
        'return {"uvloop": uvloop.new_event_loop}\n'
    )


@pytest.mark.parametrize(
    "files",
    [
        {"conftest.py": "def pytest_asyncio_loop_factories(): ...\n"},
        {"conftest.py": "from lib import pytest_asyncio_loop_factories\n"},
        {"conftest.py": "pytest_plugins = ['plug']\n", "plug.py": "def pytest_asyncio_loop_factories(): ...\n"},
    ],
)
def test_others_are_left_to_a_hook_further_out(files: dict[str, str]) -> None:
    assert hook({**MODULE, **files}, Wish("tests/test_a.py", (OWN,))).endswith("\nreturn None\n")


def test_others_are_left_to_the_hook_that_an_outer_wish_brings() -> None:
    found = rewritten(MODULE, Wish("tests/test_a.py", (OWN,)), Wish("conftest.py", (UVLOOP,)))
    assert found["tests/conftest.py"].endswith("    return None\n")
    assert found["conftest.py"].endswith('    return {"uvloop": uvloop.new_event_loop}\n')


@pytest.mark.parametrize("outer", ["other/conftest.py", "tests/unit/conftest.py"])
def test_a_hook_beside_or_below_is_no_hook_further_out(outer: str) -> None:
    files = {**MODULE, outer: "def pytest_asyncio_loop_factories(): ...\n"}
    assert "None" not in hook(files, Wish("tests/test_a.py", (OWN,)))


def test_a_factory_that_is_no_name_becomes_one_function() -> None:
    """An expression evaluated for each test gives unequal callables, and every test of a session loop a new loop."""
    files = {"conftest.py": "def new_event_loop(): ...\n"}
    text = rewritten(files, Wish("conftest.py", (MADE,)), Wish("test_a.py", (MADE,)))["conftest.py"]
    assert text.count("return lib.Policy().new_event_loop()\n") == 1
    assert text.count('return {"asyncio": new_event_loop_2}') == 2


def test_several_factories_keep_their_names_and_order() -> None:
    assert hook({}, Wish("conftest.py", (OTHER, OWN))) == 'return {"other": Other, "lib": lib.Own}\n'


def test_before_the_hook_a_policy_fixture_is_written_into_the_place_itself() -> None:
    assert rewritten({"test_a.py": "import lib\n"}, Wish("test_a.py", (OWN,)), target="1.3.0") == {
        "test_a.py": dedent('''\
            import asyncio

            import lib
            import pytest


            class _EventLoopPolicy(asyncio.DefaultEventLoopPolicy):
                """Choose how event loops are made."""

                def new_event_loop(self):
                    return lib.Own()


            @pytest.fixture(scope="session")
            def event_loop_policy():
                """Return the policy that makes the event loops of async tests."""
                return _EventLoopPolicy()
            ''')
    }


@pytest.mark.parametrize(
    ("files", "wishes", "target", "reason"),
    [
        ({"conftest.py": HOOKED}, [Wish("conftest.py", (OWN,))], "1.5.0", "already"),
        ({**MODULE, "tests/conftest.py": HOOKED}, [Wish("tests/test_a.py", (OWN,))], "1.5.0", "already"),
        ({"conftest.py": "("}, [Wish("conftest.py", (OWN,))], "1.5.0", "cannot be read"),
        ({"test_a.py": "from conftest import x"}, [Wish("test_a.py", (OWN,))], "1.5.0", "imports `conftest`"),
        ({"test_a.py": ""}, [Wish("test_a.py", (Factory("Loop"),))], "1.5.0", "Loop is defined in test_a.py"),
        ({"test_a.py": ""}, [Wish("test_a.py", (Factory("P(x).new", (("p", "P"),)),))], "1.5.0", "x is defined"),
        ({}, [Wish("conftest.py", (OWN,)), Wish("conftest.py", (UVLOOP,))], "1.5.0", "two kinds of loops"),
        ({}, [Wish("conftest.py", (UVLOOP, Factory("uvloop.Loop")))], "1.5.0", "both be called uvloop"),
        ({"test_a.py": ""}, [Wish("test_a.py", (OWN,), "TestA")], "1.3.0", "only a whole file"),
        ({}, [Wish("conftest.py", (OWN, UVLOOP))], "1.3.0", "of one kind"),
        ({"conftest.py": "def event_loop_policy(): ..."}, [Wish("conftest.py", (OWN,))], "1.3.0", "already"),
        ({}, [Wish("conftest.py", (OWN,))], "0.22.0", "no way to choose loops"),
    ],
)  # fmt: skip
def test_what_cannot_be_expressed(files: dict[str, str], wishes: list[Wish], target: str, reason: str) -> None:
    with pytest.raises(LoopFactoryError, match=reason):
        operations(wishes, workspace(files), target)


def test_a_conftest_may_use_what_it_defines_itself() -> None:
    assert 'return {"asyncio": Loop}' in hook(
        {"conftest.py": "class Loop: ..."}, Wish("conftest.py", (Factory("Loop"),))
    )


# --- under real pytest -----------------------------------------------------------------------------------------------

LIB = """
import asyncio


class Own(asyncio.SelectorEventLoop): ...


class Other(asyncio.SelectorEventLoop): ...


class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Own


def tell(*place):
    loop = asyncio.get_running_loop()
    print("@", *place, type(loop).__name__, id(loop))
"""
TESTS = """
from lib import tell


async def test_free():
    tell(__name__)


class TestA:
    async def test_one(self):
        tell(__name__, "TestA")

    async def test_two(self):
        tell(__name__, "TestA")

    class TestIn:
        async def test_one(self):
            tell(__name__, "TestIn")


class TestDerived(TestA):
    TestIn = None

    async def test_one(self):
        tell(__name__, "TestDerived")

    async def test_two(self):
        tell(__name__, "TestDerived")
"""
PLAIN = "_UnixSelectorEventLoop"


def run(folder: Path, python: Path, files: Mapping[str, str], *wishes: Wish, target: str, ini: str = "") -> list[str]:
    """Return what the tests tell once the wishes are fulfilled: module, class, kind and identity of the loop."""
    options = f"[pytest]\nasyncio_mode = auto\npythonpath = .\n{ini}"
    tree = {**files, "lib.py": LIB, "pytest.ini": options, **rewritten(files, *wishes, target=target)}
    for name, text in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = [str(python), "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "--import-mode=importlib"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.partition("@ ")[2] for line in done.stdout.splitlines() if "@ " in line]


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["1.4.1", "1.5.0"])
def test_hooks_reach_the_places_they_are_for(tmp_path: Path, interpreter: Callable[[str], Path], plugin: str) -> None:
    wishes = (
        Wish("conftest.py", (SELECTOR,)),
        Wish("test_a.py", (OWN,), "TestA"),
        Wish("sub/test_b.py", (OTHER,)),
        Wish("sub/test_b.py", (OWN,), "TestA.TestIn"),
    )
    files = {"test_a.py": TESTS, "sub/test_a.py": TESTS, "sub/test_b.py": TESTS}
    seen = run(tmp_path, interpreter(plugin), files, *wishes, target=plugin)
    assert {line.rpartition(" ")[0] for line in seen} == {
        *(f"test_a {PLAIN}", "test_a TestA Own", "test_a TestIn Own", f"test_a TestDerived {PLAIN}"),
        *(f"sub.test_a {PLAIN}", *(f"sub.test_a {name} {PLAIN}" for name in ("TestA", "TestIn", "TestDerived"))),
        *("sub.test_b Other", "sub.test_b TestA Other", "sub.test_b TestIn Own", "sub.test_b TestDerived Other"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["0.26.0", "1.3.0", "1.4.1", "1.5.0"])
def test_a_wide_loop_stays_one_loop(tmp_path: Path, interpreter: Callable[[str], Path], plugin: str) -> None:
    ini = "asyncio_default_test_loop_scope = session\n"
    wish = Wish("conftest.py", (MADE,))
    seen = run(tmp_path, interpreter(plugin), {"test_a.py": TESTS}, wish, target=plugin, ini=ini)
    assert len(seen) == 6
    assert {line.split()[-2] for line in seen} == {"Own"}
    assert len({line.split()[-1] for line in seen}) == 1


@pytest.mark.slow
def test_one_factory_leaves_test_ids_alone(tmp_path: Path, interpreter: Callable[[str], Path]) -> None:
    files = {"test_a.py": "async def test_name(request): print('@', request.node.name)\n"}
    assert run(tmp_path, interpreter("1.5.0"), files, Wish("conftest.py", (OWN,)), target="1.5.0") == ["test_name"]
