"""The whole verification with a pytest that does odd things: what is concluded, what a user sees, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from copies_tools import git, write
from support.processes import is_gone
from verify_bench import FILES, MARK, NEW, OLD, PIN, SCOPE, bench, environment

from codemod.errors import ExitCode
from codemod.report.evidence_words import UNBLAMED
from codemod.verify import session
from codemod.verify.overlay import OverlayError

if TYPE_CHECKING:
    from verify_bench import Bench

__all__ = ["bench", "environment"]

pytestmark = pytest.mark.slow

FAILED = ExitCode.VERIFICATION_FAILED
HALF = "start(); collected(*ALL); test('test_one'); begin('test_two'); "
WHOLE = "start(); collected(*ALL); [test(name) for name in ALL]; "


# --- both runs are odd -----------------------------------------------------------------------------------------------

ODD = {
    "killed at once": ("die(signal.SIGKILL)", "unproven", "the run came to no test"),
    "crash before any test": ("start(); die(signal.SIGSEGV)", "unproven", "the run came to no test"),
    "crash in the middle": (HALF + "die(signal.SIGSEGV)", "unproven", "the run crashed, after "),
    "killed in the middle": (HALF + "die(signal.SIGKILL)", "unproven", "in test_a.py::test_two"),
    "crash after the last test": (WHOLE + "die(signal.SIGSEGV)", "unproven", "3 passed"),
    "crash after the end": (WHOLE + "write('end', status=0); die(signal.SIGSEGV)", "unproven", "the run crashed"),
    "no tests": ("start(); end(5)", "unproven", "the run found no test"),
    "wrong usage": ("print('ERROR: unknown option --odd'); sys.exit(4)", "unproven", "ERROR: unknown option --odd"),
    "internal error": (HALF + "end(3)", "unproven", "the run crashed"),
    "interrupted by a test": (HALF + "end(2)", "same", "1 passed"),
    "all skipped": (
        "start(); collected(*ALL); [test(name, 'skipped', 'why not') for name in ALL]; end(0)",
        "unproven",
        "3 skipped",
    ),
    "no record": ("print('3 passed')", "unproven", "3 passed"),
    "record is gone": ("start(); RECORD.unlink(); RECORD.parent.rmdir()", "unproven", "the run found no test"),
    "garbage in the record": (
        'raw(b\'\\n\\x00\\xff\\n[1]\\n{"is": 3}\\n{"is": "phase"}\\n\'); suite()',
        "same",
        "5 lines of the record of the run (after) could not be read",
    ),
    "half a line": (WHOLE + 'raw(b\'{"is": "en\'); die(signal.SIGKILL)', "unproven", "1 line of the record of the run"),
    "huge line": ("raw(b'x' * 50_000_000); raw(b'\\n'); suite()", "same", "1 line of the record of the run (before)"),
    "huge record": (
        'raw(b\'{"is": "begin", "run": "a"}\\n\' * 100_000); suite()',
        "same",
        "100000 lines of the record",
    ),
    "pipe for a record": (
        "os.mkfifo(RECORD.with_name('1-00000000.jsonl')); time.sleep(0.5); suite()",
        "same",
        "3 passed",
    ),
    "folder for a record": (
        "RECORD.with_name('1-00000000.jsonl').mkdir(); time.sleep(0.5); suite()",
        "same",
        "3 passed",
    ),
}


@pytest.mark.parametrize(("script", "verdict", "words"), ODD.values(), ids=ODD)
def test_an_odd_run(bench: Bench, script: str, verdict: str, words: str) -> None:
    seen = bench.verify(script)
    assert seen.verdict == verdict, seen.out
    assert seen.code == (ExitCode.DONE if verdict == "same" else FAILED)
    assert words in seen.out
    assert seen.out.splitlines()[-1] == "Run: python -m pytest"
    assert len(seen.runs) == seen.evidence["runs"] == 2


HANGS = {
    "at collection": ("start(); hang()", "unproven"),
    "in a test": (HALF + "hang()", "same"),
    "after the end": (WHOLE + "write('end', status=0); hang()", "same"),
    "deaf": ("signal.signal(signal.SIGTERM, signal.SIG_IGN); " + HALF + "hang()", "same"),
}


@pytest.mark.parametrize(("script", "verdict"), HANGS.values(), ids=HANGS)
def test_a_run_that_hangs_is_stopped(bench: Bench, script: str, verdict: str) -> None:
    seen = bench.verify(script, "--timeout", "2")
    assert (seen.verdict, seen.evidence["before"]["end"]) == (verdict, "timed out")
    assert "the run stopped at its limit, after 2." in seen.out
    assert len(seen.runs) == 2


def test_much_output_is_cut(bench: Bench) -> None:
    noise = (
        "os.write(1, b'begin '); [os.write(1, bytes(range(256)) * 4000) for _ in range(100)]; os.write(1, b' end'); "
    )
    seen = bench.verify(noise + "suite()", "--output-limit", "1")
    assert (seen.verdict, seen.code) == ("same", ExitCode.DONE)
    assert seen.evidence["after"]["truncated"] is True
    assert seen.evidence["after"]["output"].endswith(" end")
    assert len(seen.evidence["after"]["output"]) <= 20_000


def test_a_daemon_does_not_outlive_its_run(bench: Bench) -> None:
    daemon = (
        "\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        note('daemon'); hang()\n    os._exit(0)\n"
    )
    note = f"def note(name): open('{bench.outside}/' + name, 'a').write(f'{{os.getpid()}}\\n')\n"
    seen = bench.verify(f"{note}{daemon}os.wait()\nwhile not os.path.exists('{bench.outside}/daemon'): pass\nsuite()")
    daemons = [int(line) for line in (bench.outside / "daemon").read_text().split()]
    assert seen.verdict == "same"
    assert daemons
    assert all(map(is_gone, daemons))


# --- the change makes a difference -----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["die(signal.SIGKILL)", HALF + "die(signal.SIGSEGV)", HALF + "end(3)", "end(4)"])
def test_a_suite_that_comes_to_its_end_only_afterwards_is_better(bench: Bench, before: str) -> None:
    seen = bench.verify(f"if not {SCOPE}: {before}\nsuite()")
    assert (seen.verdict, seen.code) == ("better", ExitCode.DONE)
    assert "Better: " in seen.out
    assert "the suite comes to its end now" in seen.out


def test_a_test_that_passes_only_afterwards_is_better(bench: Bench) -> None:
    seen = bench.verify(f"suite() if {MARK} else suite('test_two')")
    assert (seen.verdict, seen.changed("fixed")) == ("better", ["test_two"])
    assert "Better: 1 test fixed, nothing got worse." in seen.out
    assert [one["code"] for one in seen.evidence["kept"]] == ["LM301", "LM304", "LM501"]
    assert "kept: 3 changes" in seen.out


WORSE = {
    "fails": ("suite('test_two')", ["test_a.py::test_two"]),
    "crashes": (HALF + "die(signal.SIGSEGV)", ["test_a.py::test_three", "test_a.py::test_two", "the run as a whole"]),
    "vanishes": ("suite(names=ALL[:2])", ["test_a.py::test_three"]),
    "no tests": (
        "start(); end(5)",
        [*(f"test_a.py::{name}" for name in ("test_one", "test_three", "test_two")), "the run as a whole"],
    ),
    "interrupted": (HALF + "end(2)", ["test_a.py::test_three", "test_a.py::test_two"]),
    "not started": (
        "sys.exit(4)",
        [*(f"test_a.py::{name}" for name in ("test_one", "test_three", "test_two")), "the run as a whole"],
    ),
}


@pytest.mark.parametrize(("script", "broke"), WORSE.values(), ids=WORSE)
def test_what_makes_it_worse_is_found_and_the_rest_stays(bench: Bench, script: str, broke: list[str]) -> None:
    seen = bench.verify(f"if {MARK}: {script}\nsuite()")
    assert (seen.verdict, seen.code) == ("same", FAILED)
    assert seen.rolled_back == {"LM304": broke}
    assert [one["code"] for one in seen.evidence["kept"]] == ["LM301", "LM501"]
    assert seen.evidence["files"] == ["requirements-dev.txt", "test_a.py"]
    assert "kept: 2 changes · rolled back: 1 (LM304 remove the asyncio mark from tests that are not async: " in seen.out
    assert broke[0] in seen.out


def test_what_makes_it_hang_is_found(bench: Bench) -> None:
    seen = bench.verify(f"if {SCOPE}: {HALF}hang()\nsuite()", "--timeout", "2")
    assert (seen.verdict, seen.code, [*seen.rolled_back]) == ("same", FAILED, ["LM301"])


def test_two_that_make_it_worse_are_both_found(bench: Bench) -> None:
    seen = bench.verify(f"suite(*['test_one'] * {SCOPE}, *['test_two'] * ({MARK}))", "--target", NEW)
    assert seen.rolled_back == {"LM301": ["test_a.py::test_one"], "LM304": ["test_a.py::test_two"]}
    assert [one["code"] for one in seen.evidence["kept"]] == ["LM501"]


def test_what_cannot_stay_without_the_guilty_ones_is_not_called_guilty(bench: Bench) -> None:
    # Nobody asked for the upgrade, which comes along with other changes only.
    seen = bench.verify(f"suite(*['test_one'] * {SCOPE}, *['test_two'] * ({MARK}))")
    assert (seen.verdict, seen.code) == ("worse", FAILED)
    assert seen.rolled_back["LM501"] == ["does not hold without LM301, LM304"]


def test_without_the_requirement_nothing_is_left(bench: Bench) -> None:
    seen = bench.verify(f"suite(*['test_one'] * {PIN})")
    assert (seen.verdict, seen.code) == ("worse", FAILED)
    assert seen.rolled_back == {
        "LM301": ["does not hold without LM501"],
        "LM304": ["does not hold without LM501"],
        "LM501": ["test_a.py::test_one"],
    }
    assert (seen.evidence["kept"], seen.evidence["files"]) == ([], [])
    assert "LM501 raise pytest-asyncio, and pytest with it: broke test_a.py::test_one" in seen.out
    assert "Worse: 1 test newly failing." in seen.out


# --- not the change's fault ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["suite('test_two')", HALF + "die(signal.SIGSEGV)", "start(); end(5)"])
def test_what_happens_only_once_is_not_held_against_the_change(bench: Bench, odd: str) -> None:
    seen = bench.verify(f"if number == 2: {odd}\nsuite()")
    assert (seen.verdict, seen.code, len(seen.runs)) == ("same", ExitCode.DONE, 3)
    assert seen.rolled_back == {}
    assert len(seen.evidence["kept"]) == 3


def test_a_test_that_fails_once_is_called_flaky(bench: Bench) -> None:
    seen = bench.verify("suite(*['test_two'] * (number == 2))")
    assert seen.changed("flaky") == ["test_two"]
    assert "The same: no test got better or worse (1 test flaky)." in seen.out


def test_a_test_that_is_not_reached_by_a_flaky_crash_is_not_flaky(bench: Bench) -> None:
    # It fails in what is left without the guilty change.
    crash = f"if number == 2: {HALF}die(signal.SIGSEGV)\n"
    left = f"{SCOPE} and {PIN} and not ({MARK})"
    seen = bench.verify(f"{crash}suite(*['test_three'] * ({MARK}), *['test_two'] * ({left}))")
    assert (seen.verdict, seen.code) == ("worse", FAILED)
    assert seen.rolled_back["LM301"] == ["does not hold without LM304"]


def test_what_fails_once_in_what_is_left_does_not_withdraw_it(bench: Bench) -> None:
    # The tree without the guilty change is run twice, and is bad only in the first of these runs.
    flag = bench.outside / "flag"
    flaky = (
        f"left = {SCOPE} and {PIN} and not ({MARK}) and not os.path.exists('{flag}')\nif left: open('{flag}', 'w')\n"
    )
    seen = bench.verify(f"{flaky}suite(*['test_three'] * ({MARK}), *['test_one'] * left)")
    assert flag.exists()
    assert (seen.verdict, seen.code, [*seen.rolled_back]) == ("same", FAILED, ["LM304"])
    assert seen.changed("flaky") == ["test_one"]


def test_what_the_new_versions_break_is_blamed_on_them(bench: Bench) -> None:
    seen = bench.verify(f"suite(*['test_two'] * (version == '{NEW}'))", plugin=OLD)
    assert (seen.verdict, seen.code) == ("worse", FAILED)
    assert (seen.rolled_back, seen.evidence["blamed"]) == ({}, "test_a.py::test_two")
    assert f"{UNBLAMED}: test_a.py::test_two" in seen.out
    assert [run["plugin"] for run in seen.runs] == [OLD, NEW, NEW, NEW]


def test_what_was_bad_before_does_not_count(bench: Bench) -> None:
    seen = bench.verify("suite('test_one')")
    assert (seen.verdict, seen.code, len(seen.runs)) == ("same", ExitCode.DONE, 2)
    assert "(1 test still failing)" in seen.out


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [2, 3, 4])
def test_at_the_limit_of_runs_everything_is_withdrawn(bench: Bench, most: int) -> None:
    seen = bench.verify(f"suite(*['test_two'] * ({MARK}))", "--max-runs", str(most))
    assert (seen.verdict, seen.code, len(seen.runs)) == ("worse", FAILED, most)
    reason = f"the limit of {most} runs was reached (--max-runs) before it was known what is to blame"
    assert seen.rolled_back == {name: [reason] for name in ("LM301", "LM304", "LM501")}
    assert reason in seen.out
    assert seen.evidence["kept"] == []


def test_one_run_is_too_few(bench: Bench) -> None:
    seen = bench.run("verify", "suite()", "--max-runs", "1")
    assert (seen.code, seen.runs) == (ExitCode.USAGE, [])
    assert seen.err == "error: --max-runs 1 is too few: the suite is run before and after the change\n"


# --- migrate --verify ------------------------------------------------------------------------------------------------


def test_migrate_writes_what_holds(bench: Bench) -> None:
    seen = bench.run("migrate", f"suite(*['test_two'] * ({MARK}))", "--verify")
    assert (seen.code, [*seen.rolled_back]) == (FAILED, ["LM304"])
    files = bench.files()
    assert 'asyncio(loop_scope="module")' in files["test_a.py"]
    assert "asyncio\ndef test_three" in files["test_a.py"]
    assert "1.5.0" in files["requirements-dev.txt"]
    assert "Undo with: loopmend undo" in seen.err


@pytest.mark.parametrize(
    ("script", "plugin"),
    [
        (f"suite(*['test_two'] * (version == '{NEW}'))", OLD),
        ("start(); end(5)", NEW),
        (f"suite(*['test_two'] * {PIN})", NEW),
    ],
    ids=["versions", "unproven", "requirement"],
)
def test_migrate_writes_nothing_that_does_not_hold(bench: Bench, script: str, plugin: str) -> None:
    seen = bench.run("migrate", script, "--verify", plugin=plugin)
    assert seen.code == FAILED
    assert bench.files() == FILES
    assert "Mended" not in seen.out
    assert "Undo" not in seen.err
    assert "withdrawn: " in seen.out


def test_migrate_does_not_run_what_it_could_not_write(bench: Bench) -> None:
    (bench.folder / "test_a.py").write_text("changed = True\n")
    seen = bench.run("migrate", "suite()", "--verify")
    assert (seen.code, seen.runs, seen.evidence) == (ExitCode.USAGE, [], {})
    assert "the work tree is not clean: uncommitted changes in test_a.py" in seen.err


# --- what is run -----------------------------------------------------------------------------------------------------


def test_arguments_and_variables_reach_pytest(bench: Bench) -> None:
    seen = bench.verify("suite()", "--env", "GREETING=a=b", "--", "-k", "one or two", "-x")
    assert [run["arguments"] for run in seen.runs] == [["-k", "one or two", "-x"]] * 2
    assert {run["variables"]["GREETING"] for run in seen.runs} == {"a=b"}
    assert all(run["folder"].startswith(str(bench.scratch)) for run in seen.runs)
    assert all(run["variables"]["TMPDIR"].startswith(str(bench.scratch)) for run in seen.runs)
    assert "Run: python -m pytest -k 'one or two' -x" in seen.out


def test_another_command(bench: Bench) -> None:
    seen = bench.verify("suite()", "--command", "python -m pytest -q", "--", "-k", "a b")
    assert seen.verdict == "same"
    assert [run["arguments"] for run in seen.runs] == [["-q", "-k", "a b"]] * 2
    assert "Run: python -m pytest -q -k 'a b'" in seen.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--command", "no-such-program -q"), "error: no-such-program cannot be started in "),
        (("--with", "./folder"), "error: --with './folder' is no requirement"),
    ],
)
def test_what_cannot_be_run_is_an_error(bench: Bench, arguments: tuple[str, ...], words: str) -> None:
    seen = bench.verify("suite()", *arguments)
    assert (seen.code, seen.out, seen.runs) == (ExitCode.USAGE, "", [])
    assert words in seen.err


def test_what_cannot_be_installed_is_told_before_the_first_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OverlayError("--with pytest-asyncio==1.5.0 could not be installed: no index")

    monkeypatch.setattr(session, "lay", fail)
    seen = bench.verify("suite()", plugin=OLD)
    assert (seen.code, seen.out, seen.runs) == (ExitCode.USAGE, "", [])
    assert "could not be installed: no index" in seen.err


def test_a_suite_that_needs_no_change_is_run_once(bench: Bench) -> None:
    seen = bench.verify("suite('test_two')", "--target", "current", "--source", NEW, "--ignore", "LM")
    assert (seen.verdict, seen.code, len(seen.runs)) == ("unchanged", ExitCode.DONE, 1)
    assert "Unchanged: nothing to change; the suite ran once, 2 passed, 1 failed." in seen.out


@pytest.mark.parametrize("verb", [("verify",), ("migrate", "--verify")])
def test_a_project_without_the_plugin_is_not_run(bench: Bench, verb: tuple[str, ...]) -> None:
    write(
        bench.folder,
        {"requirements-dev.txt": "pytest\n", "pytest.ini": "[pytest]\n", "test_a.py": "def test_one(): pass\n"},
    )
    git(bench.folder, "commit", "-qam", "two")
    seen = bench.run(verb[0], "suite()", *verb[1:])
    assert (seen.verdict, seen.code, seen.runs) == ("unchanged", ExitCode.DONE, [])
    assert seen.evidence["runs"] == 0
    assert "Note: pytest-asyncio is not used here: nothing to do" in seen.out
    assert "Unchanged: nothing to change; the suite was not run." in seen.out
