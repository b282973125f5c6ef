from __future__ import annotations

from dataclasses import replace

import evidence_samples as samples
import pytest
from evidence_samples import evidence, run, several

from codemod.evidence import Change, Comparison, End, Evidence, RolledBack, SuiteRun, TestRun, Verdict
from codemod.report.evidence_text import render_evidence
from codemod.report.evidence_words import UNBLAMED, duration


def text(*projects: Evidence, **options: bool) -> str:
    return render_evidence(projects, False, **options)


BETTER = """\
before  412 passed  3 failed  11 leaks  38 s   (pytest 7.4.4, pytest-asyncio 0.21.2)
after   415 passed  0 failed   0 leaks  36 s   (pytest 8.4.2, pytest-asyncio 1.5.0)
with    pytest==8.4.2 pytest-asyncio==1.5.0 (only for the runs after the change)
loops before  415 created  412 tests on 1 shared loop, 3 tests on a loop of their own
loops after     1 created  415 tests on 1 shared loop
kept: 8 changes · rolled back: 1 (LM204 close the client of tests/ws/conftest.py: \
broke tests/test_ws.py::test_reconnect)

fixed (3):
  tests/test_a.py::test_connect
      before: call: RuntimeError: Event loop is closed
  tests/test_a.py::test_query
      before: call: RuntimeError: Event loop is closed
  tests/test_a.py::test_reconnect
      before: call: RuntimeError: Event loop is closed

slower (1):
  tests/test_a.py::test_7  0.6 s → 2.2 s

leaks gone (11):
  ResourceWarning: unclosed <socket.socket fd=12> (10 times)
  RuntimeWarning: coroutine 'f' was never awaited

830 loops seen, all as predicted.
Note: plugin anyio is active too

Better: 3 tests fixed, 11 leaks gone, nothing got worse.
Run: python -m pytest -q tests
"""


def test_better() -> None:
    assert text(samples.better()) == BETTER


def test_worse() -> None:
    lines = text(samples.worse()).splitlines()
    assert lines[:2] == [
        "before  5 passed  0 failed  0 skipped  36 s   (pytest 8.4.2, pytest-asyncio 1.5.0)",
        "after   0 passed  1 failed  1 skipped  36 s   (pytest 8.4.2, pytest-asyncio 1.5.0)",
    ]
    assert f"{UNBLAMED}: 1 test newly failing whichever remedy is left out" in lines
    assert [line for line in lines if line.endswith("(1):")] == [
        "newly failing (1):",
        "no longer run (1):",
        "vanished (1):",
        "flaky (1):",
        "fails for another reason (1):",
        "failing before, no result now (1):",
        "renamed (1):",
        "new (1):",
        "new leaks (1):",
    ]
    assert "      was tests/test_a.py::test_5[a]" in lines
    assert "      teardown: RuntimeError: Event loop is closed" in lines
    assert lines[-2] == "Worse: 1 test newly failing, 1 test no longer run, 1 test vanished (1 test flaky)."


def test_same() -> None:
    shown = text(samples.same())
    assert "still failing (1):\n  tests/test_a.py::test_bad\n      setup: KeyError: 'DSN'\n" in shown
    assert "\nkept: 1 change\n" in shown
    assert "The same: no test got better or worse (1 test still failing)." in shown


def test_a_hang() -> None:
    lines = text(samples.hung()).splitlines()
    assert lines[:2] == [
        "before  3 passed  0 failed  0 not reached    36 s   (pytest 8.4.2, pytest-asyncio 1.5.0)",
        "after   1 passed  0 failed  2 not reached  10 min   (pytest 8.4.2, pytest-asyncio 1.5.0)",
    ]
    told = [line for line in lines if "limit" in line]
    assert told == ["after: the run was stopped at its limit, after 600 s, in tests/test_a.py::test_1"]
    at = lines.index("no longer run (2):")
    assert lines[at + 1 : at + 5] == [
        "  tests/test_a.py::test_1",
        "      under way when the run ended",
        "  tests/test_a.py::test_2",
        "      not reached",
    ]
    assert "Worse: 2 tests no longer run, the run came to a worse end." in lines


def test_a_hang_that_is_gone() -> None:
    before, after = samples.hung().after, samples.hung().before
    assert before is not None
    lines = text(evidence(Verdict.BETTER, before, after, comparison=Comparison())).splitlines()
    assert "before: the run stopped at its limit, after 10 min, in tests/test_a.py::test_1" in lines
    assert "Better: the suite comes to its end now, nothing got worse." in lines


def test_unproven_is_no_success() -> None:
    shown = text(samples.unproven())
    assert "Unproven: no test ran that could tell whether the change is right." in shown
    assert "  | E   ModuleNotFoundError: No module named 'app'" in shown
    assert "before: the run came to no test, after 0.4 s" in shown
    assert not {"Better", "The same", "loops"} & set(shown.replace(":", " ").split())


def test_nothing_to_change() -> None:
    lines = text(samples.unchanged()).splitlines()
    assert lines[:2] == [
        "suite  2 passed  1 failed  36 s   (pytest 8.4.2, pytest-asyncio 1.5.0)",
        "loops  2 created  2 tests on 1 shared loop, 1 test on a loop of its own",
    ]
    assert "failing (1):" in lines
    assert "Unchanged: nothing to change; the suite ran once, 2 passed, 1 failed." in lines
    assert not any(line.startswith(("before", "after", "kept")) for line in lines)


def test_nothing_to_change_in_a_suite_that_hangs() -> None:
    shown = text(evidence(Verdict.UNCHANGED, run(end=End.TIMED_OUT)), quiet=True)
    assert shown == ("Unchanged: nothing to change; the suite ran once, 0 passed, 0 failed; it stopped at its limit.\n")


def test_a_disagreement_is_a_defect_of_ours_with_its_report() -> None:
    shown = text(samples.disagreeing())
    assert "loopmend predicted 1 of 4 loops wrongly. That is a defect of loopmend, not of the suite." in shown
    assert "Please report it with this text:\n--------\n### A loop was predicted wrongly\n" in shown
    assert "- predicted: `shares its loop with db`\n- seen: `has a loop of its own`\n" in shown


def test_strategies_are_a_table() -> None:
    lines = text(samples.disagreeing()).splitlines()
    at = lines.index("strategies tried:")
    assert lines[at + 1 : at + 4] == [
        "  *  isolate   415 passed   36 s  24 lines  better     most tests pass",
        "     share     414 passed  9.5 s   6 lines  better     one test less passes",
        "     preserve     not run          0 lines  unchanged  it changes nothing",
    ]


def test_nothing_is_said_that_is_empty() -> None:
    bare = Evidence(".", "", "", Verdict.SAME, run(loops=0, versions=()), run(loops=0, versions=()), Comparison())
    assert text(bare) == (
        "before  0 passed  0 failed  36 s\nafter   0 passed  0 failed  36 s\n\nThe same: no test got better or worse.\n"
    )


def test_a_suite_that_was_not_run() -> None:
    never = SuiteRun(End.NOT_STARTED, None, 0)
    assert text(Evidence(".", "", "", Verdict.UNCHANGED, never, notes=("why",))) == (
        "Note: why\n\nUnchanged: nothing to change; the suite was not run.\n"
    )


def test_no_project() -> None:
    assert text() == text(quiet=True) == ""


def test_one_of_each_is_singular() -> None:
    one = evidence(
        Verdict.BETTER,
        run(leaks=("leak",), collect_errors=(("a.py", "no"),), garbled=1),
        run(),
        comparison=Comparison(leaks_gone=("leak",)),
        compared_loops=1,
        kept=(("LM301", "it"),),
    )
    shown = text(one)
    assert "1 collection error   1 leak " in shown
    assert "0 collection errors  0 leaks" in shown
    assert "Better: 1 leak gone, nothing got worse." in shown
    assert "1 loop seen, as predicted." in shown
    assert "Note: 1 line of the record of the run (before) could not be read" in shown


def test_several_remedies_rolled_back() -> None:
    broke = tuple(f"a.py::t{number}" for number in range(5))
    rolled = (
        RolledBack("LM201", "one", broke),
        RolledBack("LM202", "two", ("the suite hangs",)),
        RolledBack("X", "y", ()),
    )
    shown = text(evidence(Verdict.SAME, run(), run(), rolled_back=rolled, comparison=Comparison()))
    assert (
        "rolled back: 3\n  LM201 one: broke a.py::t0, a.py::t1, a.py::t2 and 2 more\n"
        "  LM202 two: the suite hangs\n  X y\n"
    ) in shown


def test_long_lists_are_cut_unless_verbose() -> None:
    shown = text(samples.huge(30))
    assert shown.count("  … and 20 more") == 6
    assert "newly failing (30):" in shown
    assert "Worse: 30 tests newly failing." in shown
    whole = text(samples.huge(30), verbose=True)
    assert "more\n" not in whole.partition("--------")[0]
    assert whole.count("tests/test_a.py::test_") == 60


def test_thousands_of_changes_are_a_page() -> None:
    assert len(text(samples.huge(5000)).splitlines()) < 1000


def test_verbose_tells_the_circumstances() -> None:
    lines = text(samples.better(), verbose=True).splitlines()
    assert "(python 3.12.4, pytest 7.4.4, pytest-asyncio 0.21.2)" in lines[0]
    assert lines[3:8] == [
        "python  .venv/bin/python",
        "runs    5 runs",
        "mode    strict",
        "strategy isolate",
        "files   tests/conftest.py pytest.ini",
    ]


def test_several_projects_are_named() -> None:
    one, other = replace(samples.same(), root="a"), replace(samples.unproven(), root="b")
    shown = text(one, other)
    assert shown.startswith("Project a\nbefore")
    assert "\n\nProject b\nbefore" in shown
    assert text(one, other, quiet=True) == (
        "a: The same: no test got better or worse (1 test still failing).\n"
        "b: Unproven: no test ran that could tell whether the change is right.\n"
    )


def test_colors_of_the_verdicts() -> None:
    for sample, color in ((samples.better, 32), (samples.worse, 31), (samples.unproven, 33)):
        last = [line for line in render_evidence([sample()], True).splitlines() if line][-2]
        assert last.startswith(f"\x1b[1m\x1b[{color}m")
    assert "\x1b[31mnewly failing (1):\x1b[0m" in render_evidence([samples.worse()], True)


@pytest.mark.parametrize("options", [{}, {"verbose": True}, {"quiet": True}])
def test_no_text_of_a_project_steers_the_terminal(options: dict[str, bool]) -> None:
    shown = text(samples.hostile(), samples.hostile(), **options)
    assert all(line.isprintable() for line in shown.split("\n"))
    assert not any(line.startswith("# head") for line in shown.split("\n")[:10])


def test_a_very_long_name_does_not_flood() -> None:
    named = TestRun("a.py::t[" + "x" * 10_000 + "]", samples.Outcome.FAILED, ())
    one = samples.TestChange(named.id, Change.BROKEN, None, named)
    shown = text(evidence(Verdict.WORSE, run(), run(named, *several(2)), comparison=Comparison((one,))))
    assert max(map(len, shown.splitlines())) < 400


def test_wide_characters_keep_columns() -> None:
    wide = replace(samples.disagreeing().tried[0], strategy="日本")
    shown = text(replace(samples.disagreeing(), tried=(wide, samples.disagreeing().tried[1])))
    assert "  *  日本   415 passed" in shown
    assert "     share  414 passed" in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (119, "119 s"),
        (119.6, "2 min"),
        (725, "12 min 5 s"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
