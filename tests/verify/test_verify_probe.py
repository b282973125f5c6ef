"""The probe under real pytests: what it sees, and that nobody sees it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support import venvs
from support.runner import PROBE, record_suite

from codemod.evidence import End, FixtureLoop, Outcome, SuiteRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

VERSIONS = ("0.17.2", "0.21.2", "0.23.8", "0.26.0", "1.0.0", "1.5.0")
INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
SUITE = """
import asyncio, gc
import pytest

KEPT = []

async def other(): await asyncio.sleep(60)
async def worker(): await asyncio.sleep(60)
async def forgotten(): pass
async def failing(): raise ValueError

@pytest.fixture
async def db():
    KEPT.append(asyncio.ensure_future(other()))
    yield
    await asyncio.sleep(0)

@pytest.fixture(name="alias", scope="module")
def plain(): pass

@pytest.fixture
def bad_teardown():
    yield
    raise RuntimeError("bad teardown")

async def test_pass(db, alias): pass
async def test_again(db, alias): pass
async def test_task(db):
    task = asyncio.ensure_future(worker())
    await asyncio.sleep(0)
    KEPT.append(task)
def test_fail(): assert 1 == 2
def test_teardown(bad_teardown): pass
def test_chain():
    try:
        raise RuntimeError("Event loop is closed")
    except RuntimeError as error:
        raise ValueError("cannot") from error
@pytest.mark.skip(reason="not today")
def test_skip(): pass
@pytest.mark.xfail
def test_xfail(): assert False
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
def test_open():
    open("pytest.ini")
    gc.collect()
def test_forgotten():
    forgotten()
    gc.collect()
async def test_destroyed():
    task = asyncio.ensure_future(failing())
    await asyncio.sleep(0.01)
    del task
    gc.collect()
"""
EXPECTED = {
    "test_pass": Outcome.PASSED,
    "test_again": Outcome.PASSED,
    "test_task": Outcome.PASSED,
    "test_fail": Outcome.FAILED,
    "test_teardown": Outcome.ERROR,
    "test_chain": Outcome.FAILED,
    "test_skip": Outcome.SKIPPED,
    "test_xfail": Outcome.XFAILED,
    "test_xpass": Outcome.XPASSED,
    "test_strict": Outcome.FAILED,
    "test_open": Outcome.PASSED,
    "test_forgotten": Outcome.PASSED,
    "test_destroyed": Outcome.PASSED,
}

Run = "Callable[..., SuiteRun]"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that writes a suite, runs it with the probe, and returns what that recorded."""

    def perform(text: str, *arguments: str, ini: str = INI, python: Any = sys.executable, **options: Any) -> SuiteRun:
        (tmp_path / "pytest.ini").write_text(ini)
        (tmp_path / "test_it.py").write_text(text)
        return record_suite([str(python), "-m", "pytest", "-p", "loopmend_probe", *arguments], tmp_path, **options)

    return perform


def named(found: SuiteRun) -> dict[str, Any]:
    return {test.id.partition("::")[2]: test for test in found.tests}


def outcomes(found: SuiteRun) -> dict[str, Outcome]:
    return {name: test.outcome for name, test in named(found).items()}


@pytest.mark.parametrize("plugin", VERSIONS)
def test_a_suite_is_recorded(run: Run, interpreter: Callable[[str], Path], plugin: str) -> None:
    found = run(SUITE, python=interpreter(plugin), variables=venvs.variables(plugin))
    assert outcomes(found) == EXPECTED, found.output
    assert (found.end, found.status, found.garbled, found.unfinished) == (End.FINISHED, 1, 0, ())
    assert found.collected == tuple(f"test_it.py::{name}" for name in EXPECTED)
    assert (found.version("pytest-asyncio"), found.mode) == (plugin, "auto")
    assert [name for name, _ in found.versions[:3]] == ["python", "pytest", "pytest-asyncio"]
    tests = named(found)
    assert tests["test_fail"].error == "call: AssertionError: assert 1 == 2"
    assert tests["test_teardown"].error == "teardown: RuntimeError: bad teardown"
    assert tests["test_chain"].error == "call: RuntimeError: Event loop is closed"
    assert tests["test_skip"].error == "setup: Skipped: not today"
    assert tests["test_xfail"].error == tests["test_xpass"].error == ""
    assert tests["test_strict"].error == "call: [XPASS(strict)]"
    _loops_are_right(tests)
    (opened,), (forgotten,), (destroyed,) = (
        tests[name].leaks for name in ("test_open", "test_forgotten", "test_destroyed")
    )
    assert opened.startswith("ResourceWarning: unclosed file")
    assert forgotten == "RuntimeWarning: coroutine 'forgotten' was never awaited"
    assert destroyed.startswith("asyncio: Task exception was never retrieved future: <Task finished")


def _loops_are_right(tests: dict[str, Any]) -> None:
    first, second, third = (tests[name] for name in ("test_pass", "test_again", "test_task"))
    for test in (first, second):
        assert test.loop is not None
        assert test.fixtures == (
            FixtureLoop("test_it.py", "plain", "alias", None, None, "module"),
            FixtureLoop("test_it.py", "db", "db", test.loop, test.loop, "function"),
        )
        assert test.created >= 1
    assert len({first.loop, second.loop, third.loop}) == 3
    assert (first.tasks, second.tasks, third.tasks) == ((), (), ("worker",))
    assert tests["test_fail"].loop is None


# --- it is not seen --------------------------------------------------------------------------------------------------

STRICT = INI + "filterwarnings = error\n"
OWN_FILTER = """
import gc, warnings
def test_seen_as_without():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore", ResourceWarning)
        open("pytest.ini")
        gc.collect()
    assert not caught
def test_printed(capsys):
    open("pytest.ini")
    gc.collect()
    assert capsys.readouterr().err == ""
"""


@pytest.mark.parametrize("ini", [INI, STRICT])
@pytest.mark.parametrize("arguments", [(), ("-n2",), ("-p", "no:warnings"), ("--strict-markers", "--strict-config")])
def test_outcomes_are_those_without_it(tmp_path: Path, run: Run, ini: str, arguments: tuple[str, ...]) -> None:
    found = run(SUITE + OWN_FILTER, *arguments, ini=ini)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", *arguments]
    without = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert found.status == without.returncode
    assert _counts(found.output) == _counts(without.stdout)
    assert "loopmend" not in found.output


def _counts(output: str) -> list[str]:
    """Return pytest's last line without the time and the warnings, of which there may be more."""
    return [one for one in re.findall(r"\d+ \w+", output.rpartition("=== ")[0][-120:]) if "warning" not in one]


def test_filters_of_a_project_stay_in_front(run: Run) -> None:
    text = "import gc\ndef test_it():\n    open('pytest.ini')\n    gc.collect()\n"
    ignored = run(text, ini=INI + "filterwarnings = ignore::ResourceWarning\n")
    assert (outcomes(ignored), ignored.all_leaks) == ({"test_it": Outcome.PASSED}, ())
    failing = run(text, ini=STRICT)
    assert outcomes(failing) == {"test_it": Outcome.FAILED}


HOSTILE = """
import builtins, json, os, time
import pytest

def broken(*_, **__): raise OSError("broken")

@pytest.fixture(autouse=True)
def nothing_works(monkeypatch):
    for module, name in ((json, "dumps"), (os, "write"), (os, "open"), (time, "monotonic"), (builtins, "open")):
        monkeypatch.setattr(module, name, broken)

def test_patched(): pass
def test_cleared(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
def test_elsewhere(monkeypatch): monkeypatch.chdir(os.sep)
class Unprintable(Exception):
    def __str__(self): raise ValueError
def test_unprintable(): raise Unprintable
"""


def test_tests_may_break_what_it_uses(run: Run) -> None:
    found = run(HOSTILE, "-p", "no:cacheprovider")
    good = dict.fromkeys(("test_patched", "test_cleared", "test_elsewhere"), Outcome.PASSED)
    assert outcomes(found) == {**good, "test_unprintable": Outcome.FAILED}, found.output
    assert named(found)["test_unprintable"].error == "call: test_it.Unprintable"
    assert (found.end, found.garbled) == (End.FINISHED, 0)


NESTED = """
import subprocess, sys
import pytest

pytest_plugins = ["pytester"]

INNER = "import asyncio\\ndef test_inner(): asyncio.run(asyncio.sleep(0))\\n"
OPTIONS = ["-p", "loopmend_probe", "-q", "-W", "error", "-o", "asyncio_default_fixture_loop_scope=function"]

def test_subprocess(tmp_path):
    (tmp_path / "test_inner.py").write_text(INNER)
    assert subprocess.run([sys.executable, "-m", "pytest", *OPTIONS, str(tmp_path)]).returncode == 0

def test_workers(tmp_path):
    (tmp_path / "test_inner.py").write_text(INNER)
    assert subprocess.run([sys.executable, "-m", "pytest", *OPTIONS, "-n1", str(tmp_path)]).returncode == 0

def test_same_process(tmp_path):
    (tmp_path / "test_inner.py").write_text(INNER)
    assert pytest.main([*OPTIONS, str(tmp_path)]) == 0

def test_pytester(pytester):
    pytester.makepyfile(INNER)
    pytester.runpytest_inprocess(*OPTIONS).assert_outcomes(passed=1)
    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)
"""


@pytest.mark.parametrize("arguments", [(), ("-n1",)])
def test_nested_pytests_are_not_recorded(run: Run, arguments: tuple[str, ...]) -> None:
    found = run(NESTED, *arguments, ini="[pytest]\n")
    names = ("test_subprocess", "test_workers", "test_same_process", "test_pytester")
    assert outcomes(found) == dict.fromkeys(names, Outcome.PASSED), found.output
    assert found.collected == tuple(f"test_it.py::{name}" for name in names)
    assert (found.end, found.garbled) == (End.FINISHED, 0)


def test_sessions_one_after_the_other_are_recorded(tmp_path: Path) -> None:
    for name in ("test_one", "test_two"):
        (tmp_path / f"{name}.py").write_text(f"def {name}(): pass\n")
    text = "import pytest\nfor name in ('one', 'two'): pytest.main(['-p', 'loopmend_probe', f'test_{name}.py'])\n"
    found = record_suite([sys.executable, "-c", text], tmp_path)
    assert outcomes(found) == {"test_one": Outcome.PASSED, "test_two": Outcome.PASSED}
    assert found.end is End.FINISHED


def test_without_a_folder_it_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "loopmend_probe.py").write_bytes(PROBE.read_bytes())
    (tmp_path / "test_it.py").write_text(
        "import asyncio\nfrom _pytest.fixtures import FixtureDef\n"
        "def test_it():\n"
        "    assert not hasattr(asyncio.events._set_running_loop, '__wrapped__')\n"
        "    assert not hasattr(FixtureDef.execute, '__wrapped__')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("LOOPMEND_PROBE", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "loopmend_probe"]
    assert subprocess.run(command, cwd=tmp_path, env=environment, check=False).returncode == 0


# --- odd ends and several processes ----------------------------------------------------------------------------------

KILLED = """
import os, signal
async def test_before(): pass
def test_fails(): assert False
def test_killed(): os.kill(os.getpid(), signal.SIGKILL)
def test_after(): pass
"""


def test_a_killed_run_keeps_what_was_reported(run: Run) -> None:
    found = run(KILLED)
    assert (found.end, found.garbled) == (End.CRASHED, 0)
    assert outcomes(found) == {"test_before": Outcome.PASSED, "test_fails": Outcome.FAILED}
    assert found.unfinished == ("test_it.py::test_killed",)
    assert len(found.collected) == 4
    assert named(found)["test_before"].loop is not None


def test_a_worker_that_is_killed_has_a_failed_test(run: Run) -> None:
    found = run(KILLED, "-n2")
    assert found.end is End.FINISHED
    assert outcomes(found) == {
        "test_before": Outcome.PASSED,
        "test_fails": Outcome.FAILED,
        "test_killed": Outcome.FAILED,
        "test_after": Outcome.PASSED,
    }
    assert re.fullmatch(
        "call: worker 'gw.' crashed while running 'test_it.py::test_killed'", named(found)["test_killed"].error
    )
    assert found.unfinished == ()


def test_workers_record_their_own_tests(run: Run) -> None:
    text = "import asyncio, pytest\n" + "".join(f"async def test_{n}(): await asyncio.sleep(0.2)\n" for n in range(4))
    found = run(text, "-n2")
    assert outcomes(found) == {f"test_{n}": Outcome.PASSED for n in range(4)}
    assert len({test.process for test in found.tests}) == 2
    assert all(len(test.phases) == 3 and test.loop for test in found.tests)
    assert len(found.collected) == 4
    assert found.version("pytest-xdist")


def test_a_hanging_run_says_where_it_hung(run: Run) -> None:
    found = run(
        "import asyncio\nasync def test_it(): pass\nasync def test_hang(): await asyncio.sleep(600)\n", seconds=10
    )
    assert (found.end, outcomes(found)) == (End.TIMED_OUT, {"test_it": Outcome.PASSED})
    assert found.unfinished == ("test_it.py::test_hang",)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import nowhere\n", "ModuleNotFoundError: No module named 'nowhere'"),
        ("def (\n", "SyntaxError: invalid syntax (test_it.py, line 1)"),
        ("raise RuntimeError('no')\n", "RuntimeError: no"),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("-n1",)])
def test_errors_of_collection(run: Run, text: str, error: str, arguments: tuple[str, ...]) -> None:
    found = run(text, *arguments)
    assert found.collect_errors == (("test_it.py", error),), found.output
    assert found.end is End.NOT_STARTED


def test_no_tests(run: Run) -> None:
    assert run("").end is End.NO_TESTS
    assert run("def test_it(): pass\n", "--no-such-option").end is End.NOT_STARTED


def test_subtests_that_fail_are_told(run: Run) -> None:
    text = """
def test_it(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1
"""
    (test,) = run(text).tests
    assert test.outcome is Outcome.FAILED
    assert test.error == "call: AssertionError: assert 1 != 1"
    assert len(test.phases) == 4


def test_a_suite_without_the_plugin(run: Run) -> None:
    found = run("def test_it(): pass\n", "-p", "no:asyncio", ini="[pytest]\n")
    assert (found.version("pytest-asyncio"), found.mode) == ("", "")
    assert outcomes(found) == {"test_it": Outcome.PASSED}


def test_fixtures_of_installed_packages_are_not_the_projects(tmp_path: Path, run: Run) -> None:
    inner = tmp_path / "env" / "site-packages"
    inner.mkdir(parents=True)
    (inner / "installed.py").write_text("import pytest\n@pytest.fixture\nasync def theirs(): pass\n")
    text = "pytest_plugins = ['installed']\nasync def test_it(theirs, tmp_path): pass\n"
    found = run(text, variables={"PYTHONPATH": str(inner)})
    assert [test.fixtures for test in found.tests] == [()], found.output
