"""Evidence of each kind for the tests of its reports."""

from __future__ import annotations

from codemod.evidence import (
    Change,
    Comparison,
    Disagreement,
    End,
    Evidence,
    FixtureLoop,
    Outcome,
    Phase,
    RolledBack,
    SuiteRun,
    TestChange,
    TestRun,
    Tried,
    Verdict,
)

OLD = (("python", "3.12.4"), ("pytest", "7.4.4"), ("pytest-asyncio", "0.21.2"))
NEW = (("python", "3.12.4"), ("pytest", "8.4.2"), ("pytest-asyncio", "1.5.0"), ("anyio", "4.4.0"))
CLOSED = "RuntimeError: Event loop is closed"
SOCKET = "ResourceWarning: unclosed <socket.socket fd=12>"
AWAIT = "RuntimeWarning: coroutine 'f' was never awaited"
HOSTILE = (
    "tests/a.py::t[`x` ``|| @team #12 GH-3 <script>alert(1)</script> </details> "
    "https://evil.example **b** \x1b[31m\u202e\udcff\n# head\n| a | b |]"
)


def test(
    name: str, outcome: Outcome = Outcome.PASSED, error: str = "", loop: int | None = 1, phase: str = "call"
) -> TestRun:
    """Return one test of tests/test_a.py."""
    return TestRun(f"tests/test_a.py::{name}", outcome, (Phase(phase, outcome, 0.1, error),), "main", loop)


test.__test__ = False  # type: ignore[attr-defined]


def run(*tests: TestRun, end: End = End.FINISHED, **fields: object) -> SuiteRun:
    """Return a run of ``tests``; ``fields`` replace its own."""
    values: dict[str, object] = {
        "end": end,
        "status": 0,
        "seconds": 36.2,
        "tests": tests,
        "collected": tuple(one.id for one in tests),
        "versions": NEW,
        "mode": "auto",
        "loops": 1,
    }
    return SuiteRun(**{**values, **fields})  # type: ignore[arg-type]


def evidence(verdict: Verdict, before: SuiteRun, after: SuiteRun | None = None, **fields: object) -> Evidence:
    """Return evidence about the project in the working folder; ``fields`` replace its own."""
    values: dict[str, object] = {
        "root": ".",
        "command": "python -m pytest -q tests",
        "interpreter": ".venv/bin/python",
        "verdict": verdict,
        "before": before,
        "after": after,
        "runs": 2,
    }
    return Evidence(**{**values, **fields})  # type: ignore[arg-type]


def changed(name: str, change: Change, before: TestRun | None, after: TestRun | None) -> TestChange:
    return TestChange(f"tests/test_a.py::{name}", change, before, after)


def several(count: int) -> list[TestRun]:
    return [test(f"test_{number}") for number in range(count)]


def better() -> Evidence:
    """Return the usual case: three tests fixed, leaks gone, one remedy rolled back."""
    names = ("test_connect", "test_query", "test_reconnect")
    failed = [test(name, Outcome.FAILED, CLOSED, loop=number) for number, name in enumerate(names, start=2)]
    passed = [test(name) for name in names]
    before = run(
        *several(412),
        *failed,
        versions=OLD,
        mode="strict",
        seconds=38.4,
        loops=415,
        leaks=(SOCKET,) * 10 + (AWAIT,),
        status=1,
    )
    return evidence(
        Verdict.BETTER,
        before,
        run(*several(412), *passed),
        comparison=Comparison(
            tuple(changed(name, Change.FIXED, *pair) for name, *pair in zip(names, failed, passed, strict=True)),
            unchanged=412,
            slower=(("tests/test_a.py::test_7", 0.6, 2.25),),
            leaks_gone=(SOCKET,) * 10 + (AWAIT,),
        ),
        requirements=("pytest==8.4.2", "pytest-asyncio==1.5.0"),
        files=("tests/conftest.py", "pytest.ini"),
        kept=tuple((f"LM20{number}", f"give `db{number}` the loop of its tests") for number in range(8)),
        rolled_back=(
            RolledBack("LM204", "close the client of tests/ws/conftest.py", ("tests/test_ws.py::test_reconnect",)),
        ),
        compared_loops=830,
        strategy="isolate",
        runs=5,
        notes=("plugin anyio is active too",),
    )


def same() -> Evidence:
    known = test("test_bad", Outcome.ERROR, "KeyError: 'DSN'", phase="setup")
    return evidence(
        Verdict.SAME,
        run(*several(3), known),
        run(*several(3), known),
        comparison=Comparison((changed("test_bad", Change.STILL_FAILING, known, known),), unchanged=3),
        kept=(("LM301", "rename the argument"),),
    )


def worse() -> Evidence:
    """Return a change that breaks, loses and renames tests, with nothing to blame."""
    broken = test("test_1", Outcome.ERROR, CLOSED, phase="teardown")
    skipped = test("test_2", Outcome.SKIPPED)
    other = [test("test_3", Outcome.FAILED, error) for error in ("KeyError: 'a'", "KeyError: 'b'")]
    return evidence(
        Verdict.WORSE,
        run(*several(5)),
        run(broken, skipped),
        comparison=Comparison(
            (
                changed("test_1", Change.BROKEN, test("test_1"), broken),
                changed("test_2", Change.NOT_RUN, test("test_2"), skipped),
                changed("test_4", Change.VANISHED, test("test_4"), None),
                changed("test_9", Change.FLAKY, test("test_9"), test("test_9", Outcome.FAILED, "TimeoutError")),
                changed("test_3", Change.FAILS_OTHERWISE, *other),
                changed("test_8", Change.STILL_FAILING, test("test_8", Outcome.FAILED, CLOSED), None),
                changed("test_5[b]", Change.RENAMED, test("test_5[a]"), test("test_5[b]")),
                changed("test_new", Change.NEW, None, test("test_new")),
            ),
            unchanged=1,
            leaks_new=(AWAIT,),
        ),
        blamed="1 test newly failing whichever remedy is left out",
        runs=9,
    )


def hung() -> Evidence:
    """Return a suite that hangs in its second test after the change."""
    after = run(
        test("test_0"),
        end=End.TIMED_OUT,
        status=None,
        seconds=600.0,
        collected=tuple(one.id for one in several(3)),
        unfinished=("tests/test_a.py::test_1",),
    )
    lost = tuple(changed(f"test_{number}", Change.NOT_RUN, test(f"test_{number}"), None) for number in (1, 2))
    end = "the run was stopped at its limit, after 600 s, in tests/test_a.py::test_1"
    return evidence(Verdict.WORSE, run(*several(3)), after, comparison=Comparison(lost, 1, worse_end=end))


def unproven() -> Evidence:
    """Return a suite in which nothing ran, before or after."""
    output = "ImportError while loading conftest '/copy/conftest.py'.\nE   ModuleNotFoundError: No module named 'app'\n"
    nothing = run(end=End.NOT_STARTED, status=4, seconds=0.4, output=output, loops=0)
    return evidence(Verdict.UNPROVEN, nothing, nothing, comparison=Comparison())


def unchanged() -> Evidence:
    """Return a suite with nothing to change and one failure."""
    failed = test("test_bad", Outcome.FAILED, "assert 1 == 2", loop=2)
    return evidence(Verdict.UNCHANGED, run(*several(2), failed, loops=2, status=1), runs=1)


def disagreeing() -> Evidence:
    """Return a loop that was predicted wrongly, and two strategies tried."""
    facts = (
        "fixture db in tests/conftest.py: scope session, loop_scope unset",
        "asyncio_default_fixture_loop_scope unset",
    )
    wrong = Disagreement("after", "tests/test_a.py::test_0", "shares its loop with db", "has a loop of its own", facts)
    return evidence(
        Verdict.SAME,
        run(*several(2)),
        run(*several(2)),
        comparison=Comparison(unchanged=2),
        disagreements=(wrong,),
        compared_loops=4,
        tried=(
            Tried("isolate", 415, 36.2, 24, "better", True, "most tests pass"),
            Tried("share", 414, 9.5, 6, "better", False, "one test less passes"),
            Tried("preserve", None, None, 0, "unchanged", False, "it changes nothing"),
        ),
        strategy="isolate",
    )


def hostile() -> Evidence:
    """Return evidence with hostile text in every field that comes from a project."""
    one = TestRun(
        HOSTILE, Outcome.FAILED, (Phase("call", Outcome.FAILED, 1.0, HOSTILE),), HOSTILE, 1, (), 0, (HOSTILE,)
    )
    old = SuiteRun(End.CRASHED, None, 3.0, unfinished=(HOSTILE,), versions=((HOSTILE, HOSTILE),), output=HOSTILE)
    new = run(
        one,
        versions=((HOSTILE, HOSTILE),),
        mode=HOSTILE,
        collect_errors=((HOSTILE, HOSTILE),),
        leaks=(HOSTILE,),
        garbled=1,
    )
    return evidence(
        Verdict.WORSE,
        old,
        new,
        root=HOSTILE,
        command=HOSTILE,
        interpreter=HOSTILE,
        comparison=Comparison(
            (TestChange(HOSTILE, Change.BROKEN, None, one),), 0, ((HOSTILE, 1.0, 3.0),), (HOSTILE,), (HOSTILE,), HOSTILE
        ),
        requirements=(HOSTILE,),
        files=(HOSTILE,),
        kept=((HOSTILE, HOSTILE),),
        rolled_back=(RolledBack(HOSTILE, HOSTILE, (HOSTILE,)),),
        tried=(Tried(HOSTILE, 1, 1.0, 1, HOSTILE, True, HOSTILE),),
        disagreements=(Disagreement(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE, "```", "~~~")),),
        blamed=HOSTILE,
        notes=(HOSTILE,),
        strategy=HOSTILE,
    )


def huge(count: int = 5000) -> Evidence:
    """Return thousands of tests that broke with long errors that all differ."""
    tests = [test(f"test_{n}[{'x' * 80}]", Outcome.FAILED, f"KeyError: {n} {'é' * 500}") for n in range(count)]
    changes = tuple(TestChange(one.id, Change.BROKEN, None, one) for one in tests)
    leaks = tuple(f"{SOCKET} {number}" for number in range(count))
    slower = tuple((one.id, 1.0, 3.0) for one in tests)
    many = tuple(str(number) for number in range(count))
    return evidence(
        Verdict.WORSE,
        run(),
        run(*tests),
        comparison=Comparison(changes, 0, slower, leaks, leaks),
        requirements=many,
        files=many,
        kept=tuple((one, one) for one in many),
        rolled_back=tuple(RolledBack(one, one, many) for one in many),
        disagreements=tuple(Disagreement("after", one, one, one, many) for one in many),
        notes=many,
    )


def everything() -> tuple[Evidence, ...]:
    loops = (FixtureLoop("tests/conftest.py", "db", "db", 1, None, "session"),)
    traced = TestRun("t", Outcome.XFAILED, (), loop=None, fixtures=loops, tasks=("Task-1",))
    return (
        better(),
        same(),
        worse(),
        hung(),
        unproven(),
        unchanged(),
        disagreeing(),
        evidence(Verdict.SAME, run(traced)),
    )
