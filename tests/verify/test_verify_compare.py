from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from codemod.evidence import Change, Comparison, End, Outcome, Phase, SuiteRun, TestRun
from codemod.verify.compare import compare, with_flaky
from codemod.verify.normalise import normalise
from codemod.verify.pairing import plain_id

if TYPE_CHECKING:
    from collections.abc import Sequence

P, F, S, E = "passed", "failed", "skipped", "error"
UNREACHED, BEGUN = "unreached", "begun"
CLOSED = "RuntimeError: Event loop is closed"


def result(id_: str, word: str, error: str = "", seconds: float = 0.1, phase: str = "call") -> TestRun:
    outcome = Outcome(word)
    return TestRun(id_, outcome, (Phase("setup", Outcome.PASSED, 0.0), Phase(phase, outcome, seconds, error)))


def run(*tests: tuple[str, str] | tuple[str, str, str], end: End = End.FINISHED, **fields: object) -> SuiteRun:
    """Return a run with tests as (id, outcome or ``unreached`` or ``begun``, error)."""
    ran = tuple(result(*test) for test in tests if test[1] not in (UNREACHED, BEGUN))
    begun = tuple(test[0] for test in tests if test[1] == BEGUN)
    base = SuiteRun(end, 0, 1.0, ran, tuple(test[0] for test in tests), begun)
    return replace(base, **fields)  # type: ignore[arg-type]


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(one.id, one.change.name) for one in comparison.changes]


T = "tests/test_a.py::test_x"
ONE_TEST: list[tuple[str, str, str | None]] = [
    (P, P, None),
    (P, "xfailed", None),
    ("xpassed", P, None),
    ("xfailed", "xpassed", None),
    (P, F, "BROKEN"),
    (P, E, "BROKEN"),
    ("xfailed", F, "BROKEN"),
    (S, F, "BROKEN"),
    (S, E, "BROKEN"),
    (P, S, "NOT_RUN"),
    ("xpassed", S, "NOT_RUN"),
    (P, UNREACHED, "NOT_RUN"),
    (P, BEGUN, "NOT_RUN"),
    (P, "", "VANISHED"),
    ("xfailed", "", "VANISHED"),
    (F, P, "FIXED"),
    (E, P, "FIXED"),
    (F, "xfailed", "FIXED"),
    (S, P, "FIXED"),
    (BEGUN, P, "FIXED"),
    (F, F, "STILL_FAILING"),
    (F, E, "STILL_FAILING"),
    (E, F, "STILL_FAILING"),
    (F, S, "STILL_FAILING"),
    (F, "", "STILL_FAILING"),
    (E, UNREACHED, "STILL_FAILING"),
    (F, BEGUN, "FAILS_OTHERWISE"),
    (BEGUN, F, "FAILS_OTHERWISE"),
    (BEGUN, BEGUN, "STILL_FAILING"),
    (BEGUN, S, "STILL_FAILING"),
    (BEGUN, UNREACHED, "STILL_FAILING"),
    (BEGUN, "", "STILL_FAILING"),
    (S, S, None),
    (S, "", None),
    (S, UNREACHED, None),
    (S, BEGUN, None),
    (UNREACHED, UNREACHED, None),
    (UNREACHED, BEGUN, None),
    (UNREACHED, "", None),
    (UNREACHED, S, None),
    (UNREACHED, P, "NEW"),
    (UNREACHED, F, "NEW"),
    ("", P, "NEW"),
    ("", F, "NEW"),
    ("", S, "NEW"),
    ("", UNREACHED, None),
]


@pytest.mark.parametrize(("before", "after", "expected"), ONE_TEST)
def test_one_test(before: str, after: str, expected: str | None) -> None:
    other = ("tests/test_a.py::test_other", P)
    first, second = ([other, *([(T, word)] if word else [])] for word in (before, after))
    found = compare(run(*first), run(*second))
    assert kinds(found) == ([(T, expected)] if expected else [])
    assert found.unchanged == 1 + (expected is None and bool({before, after} & {P, S, "xpassed", "xfailed"}))


@pytest.mark.parametrize(("before", "after", "expected"), ONE_TEST)
def test_what_failed_or_did_not_run_before_never_counts_against_the_change(
    before: str, after: str, expected: str | None
) -> None:
    found = compare(run((T, before)) if before else run(), run((T, after)) if after else run())
    assert found.is_worse == (expected in ("BROKEN", "NOT_RUN", "VANISHED"))
    assert not (found.is_worse and before in (F, E, BEGUN, UNREACHED, ""))


SAME_TEST: list[tuple[str, Sequence[str], Sequence[str], list[str]]] = [
    ("the same", ["a.py::t"], ["a.py::t"], []),
    ("another order", ["a.py::t", "a.py::u"], ["a.py::u", "a.py::t"], []),
    ("policy alone", ["a.py::t[_UnixDefaultEventLoopPolicy]"], ["a.py::t"], []),
    ("policy first", ["a.py::t[_UnixDefaultEventLoopPolicy-1]"], ["a.py::t[1]"], []),
    ("policy last", ["a.py::t[1]"], ["a.py::t[1-_WindowsProactorEventLoopPolicy]"], []),
    ("one parameter", ["a.py::t[a\\nb]"], ["a.py::t[a\nb]"], ["RENAMED"]),
    ("two parameters", ["a.py::t[x0]", "a.py::t[x1]"], ["a.py::t[y0]", "a.py::t[y1]"], ["RENAMED", "RENAMED"]),
    ("some are as they were", ["a.py::t[1]", "a.py::t[x0]"], ["a.py::t[1]", "a.py::t[y0]"], ["RENAMED"]),
    ("parameters added", ["a.py::t"], ["a.py::t[1]"], ["RENAMED"]),
    ("brackets within", ["a.py::t[a[0]]"], ["a.py::t[b[0]::c]"], ["RENAMED"]),
    ("one more", ["a.py::t[x0]"], ["a.py::t[y0]", "a.py::t[y1]"], ["VANISHED", "NEW", "NEW"]),
    ("one less", ["a.py::t[x]", "a.py::t[y]"], ["a.py::t[z]"], ["VANISHED", "VANISHED", "NEW"]),
    ("another name", ["a.py::t"], ["a.py::u"], ["VANISHED", "NEW"]),
    ("another file", ["a.py::t[1]"], ["b.py::t[1]"], ["VANISHED", "NEW"]),
    ("another class", ["a.py::A::t[1]"], ["a.py::B::t[1]"], ["VANISHED", "NEW"]),
    ("a bracket in the path", ["[a].py::t[1]"], ["[b].py::t[1]"], ["VANISHED", "NEW"]),
    ("no node id at all", ["x[1]"], ["x[2]"], ["VANISHED", "NEW"]),
]


@pytest.mark.parametrize(("before", "after", "expected"), [row[1:] for row in SAME_TEST], ids=[r[0] for r in SAME_TEST])
def test_which_tests_are_one(before: Sequence[str], after: Sequence[str], expected: list[str]) -> None:
    found = compare(run(*((id_, P) for id_ in before)), run(*((id_, P) for id_ in after)))
    assert [one.change.name for one in found.changes] == expected


def test_parameters_are_paired_in_the_order_of_collection_whatever_ran_first() -> None:
    before = run(("a.py::t[x0]", P), ("a.py::t[x1]", F, CLOSED))
    after = run(("a.py::t[y0]", P), ("a.py::t[y1]", F, CLOSED))
    after = replace(after, tests=after.tests[::-1])
    found = compare(before, after)
    assert kinds(found) == [("a.py::t[y1]", "STILL_FAILING"), ("a.py::t[y0]", "RENAMED")]
    assert [(one.before and one.before.id) for one in found.changes] == ["a.py::t[x1]", "a.py::t[x0]"]


def test_a_changed_outcome_says_more_than_a_new_name() -> None:
    found = compare(run(("a.py::t[x]", P)), run(("a.py::t[y]", F, CLOSED)))
    assert kinds(found) == [("a.py::t[y]", "BROKEN")]
    assert found.changes[0].before == result("a.py::t[x]", P)


def test_order_and_process_do_not_count() -> None:
    words = [P, F, S, E]
    before = run(*((f"a.py::t{n}", words[n % 4]) for n in range(40)))
    after = run(*((f"a.py::t{n}", words[n // 4 % 4]) for n in range(40)))
    shuffled = [replace(test, process=f"gw{n % 2}") for n, test in enumerate(after.tests)]
    random.Random(1).shuffle(shuffled)
    mixed = replace(after, tests=tuple(shuffled), collected=tuple(reversed(after.collected)))
    assert kinds(compare(before, after)) == kinds(compare(before, mixed))


def test_of_several_results_of_one_test_the_worst_counts() -> None:
    twice = run((T, P), (T, F, CLOSED), (T, P))
    assert kinds(compare(run((T, P)), twice)) == [(T, "BROKEN")]
    assert kinds(compare(twice, run((T, P)))) == [(T, "FIXED")]
    assert kinds(compare(twice, twice)) == [(T, "STILL_FAILING")]


def test_a_test_under_way_that_has_failed_is_a_failure() -> None:
    after = run((T, F, CLOSED), end=End.TIMED_OUT, unfinished=(T,))
    assert kinds(compare(run((T, P)), after)) == [(T, "BROKEN")]


def test_a_test_under_way_is_not_good_because_its_setup_was() -> None:
    after = run((T, P), end=End.TIMED_OUT, unfinished=(T,))
    assert kinds(compare(run((T, P)), after)) == [(T, "NOT_RUN")]


def test_the_worst_comes_first() -> None:
    names = ["BROKEN", "NOT_RUN", "VANISHED", "FAILS_OTHERWISE", "STILL_FAILING", "FIXED", "RENAMED", "NEW"]
    before = run(
        *(("a.py::b", P), ("a.py::n", P), ("a.py::v", P), ("a.py::o", F, "KeyError: 'a'"), ("a.py::s", F, CLOSED)),
        *(("a.py::f", F, CLOSED), ("a.py::r[a]", P)),
    )
    after = run(
        *(("a.py::new", P), ("a.py::r[b]", P), ("a.py::f", P), ("a.py::s", F, CLOSED), ("a.py::o", F, "KeyError: 'b'")),
        *(("a.py::n", S), ("a.py::b", F, CLOSED)),
    )
    assert [one.change.name for one in compare(before, after).changes] == names


def test_among_new_tests_those_that_fail_come_first() -> None:
    found = compare(run(), run(("a.py::a", P), ("a.py::b", F, CLOSED)))
    assert kinds(found) == [("a.py::b", "NEW"), ("a.py::a", "NEW")]


# --- reasons ---------------------------------------------------------------------------------------------------------

SAME_REASON = [
    ("KeyError: 'a'", "KeyError: 'a'"),
    ("ValueError: <app.Db object at 0x7f12ab>", "ValueError: <app.Db object at 0x55aa>"),
    (
        "RuntimeError: Task <Task pending name='Task-12' coro=<test_x() running at /tmp/a/tests/test_a.py:12> "
        "cb=[_chain.<locals>.f() at /usr/lib/python3.12/asyncio/futures.py:394]> got Future <Future pending> "
        "attached to a different loop",
        "RuntimeError: Task <Task pending name='Task-3' coro=<wrap.<locals>.inner() running at /b/c.py:1>> "
        "got Future <Future pending cb=[Protocol.done()]> attached to a different loop",
    ),
    (
        "RuntimeError: <_UnixSelectorEventLoop running=True closed=False debug=False>",
        "RuntimeError: <_UnixSelectorEventLoop running=False closed=True debug=True>",
    ),
    ("OSError: ('127.0.0.1', 43121)", "OSError: ('127.0.0.1', 5012)"),
    ("OSError: cannot connect to localhost:43121", "OSError: cannot connect to localhost:9"),
    ("ProcessLookupError: pid 4711 is gone", "ProcessLookupError: pid 12 is gone"),
    ("AssertionError: port=5431", "AssertionError: port=5432"),
    ("TimeoutError: after 5.03 s", "TimeoutError: after 4.9 s"),
    ("TimeoutError: at 2026-11-22T10:11:12.345Z", "TimeoutError: at 2026-11-23 01:01:01"),
    ("FileNotFoundError: '/tmp/abc/before/data.json'", "FileNotFoundError: '/tmp/xyz/after/data.json'"),
    ("FileNotFoundError: 'C:\\Temp\\one\\data.json'", "FileNotFoundError: 'C:\\Temp\\two\\data.json'"),
    ("FileNotFoundError: '/tmp/tmpab12cd34'", "FileNotFoundError: '/tmp/tmpzz99yy88'"),
    ("KeyError: '0f8fad5b-d9cb-469f-a165-70867728950e'", "KeyError: '7c9e6679-7425-40de-944b-e07fc1f90ae7'"),
    ("KeyError: 'deadbeef0123'", "KeyError: '0123456789abcdef'"),
    ("SyntaxError: conftest.py:3", "SyntaxError: conftest.py:5"),
    ("Failed: thread Thread-3 and ThreadPoolExecutor-0_1", "Failed: thread Thread-9 and ThreadPoolExecutor-2_0"),
    ("Failed: worker gw0 crashed", "Failed: worker gw3 crashed"),
    ("ExceptionGroup: errors (2 sub-exceptions)", "ExceptionGroup: errors (1 sub-exception)"),
    ("pytest.PytestUnraisableExceptionWarning: ignored", "PytestUnraisableExceptionWarning: ignored"),
]
OTHER_REASON = [
    ("KeyError: 'a'", "KeyError: 'b'"),
    ("assert 3 == 4", "assert 3 == 5"),
    (CLOSED, "RuntimeError: no running event loop"),
    ("ValueError: x", "TypeError: x"),
    ("TypeError: expected <class 'int'>", "TypeError: expected <class 'str'>"),
    ("ValueError: <function one at 0x1>", "ValueError: <function two at 0x1>"),
    ("FileNotFoundError: '/tmp/a/one.json'", "FileNotFoundError: '/tmp/a/two.json'"),
    ("HTTPError: https://example.org/a/b", "HTTPError: https://example.org/a/c"),
    ("Failed: and/or", "Failed: and/nor"),
    ("", "KeyError: 'a'"),
]


@pytest.mark.parametrize(("before", "after"), SAME_REASON)
def test_one_reason(before: str, after: str) -> None:
    assert normalise(before) == normalise(after)
    assert kinds(compare(run((T, F, before)), run((T, E, after)))) == [(T, "STILL_FAILING")]


@pytest.mark.parametrize(("before", "after"), OTHER_REASON)
def test_another_reason(before: str, after: str) -> None:
    assert kinds(compare(run((T, F, before)), run((T, F, after)))) == [(T, "FAILS_OTHERWISE")]


def test_the_phase_is_no_reason() -> None:
    before, after = (run(tests=(result(T, E, CLOSED, phase=phase),), collected=(T,)) for phase in ("setup", "teardown"))
    assert kinds(compare(before, after)) == [(T, "STILL_FAILING")]


@pytest.mark.parametrize("text", ["<Task " * 9999, "<Task <a <a>" * 9999, "/a" * 99999, "a" * 99999, "\\" * 99999])
def test_hostile_texts_take_no_time(text: str) -> None:
    assert len(normalise(text)) <= 2000


# --- flaky -----------------------------------------------------------------------------------------------------------


def test_flaky_tests_do_not_count() -> None:
    found = compare(run(("a.py::a", P), ("a.py::b", P)), run(("a.py::a", F), ("a.py::b", F)))
    one = with_flaky(found, {"a.py::a"})
    assert kinds(one) == [("a.py::b", "BROKEN"), ("a.py::a", "FLAKY")]
    assert one.is_worse
    assert not with_flaky(found, {"a.py::a", "a.py::b"}).is_worse
    assert with_flaky(found, ()) == found


# --- the ends of the runs --------------------------------------------------------------------------------------------

WORSE_ENDS = [(End.FINISHED, end) for end in End if end is not End.FINISHED] + [
    (End.NO_TESTS, End.TIMED_OUT),
    (End.NO_TESTS, End.CRASHED),
    (End.NO_TESTS, End.NOT_STARTED),
    (End.TIMED_OUT, End.NOT_STARTED),
    (End.CRASHED, End.NOT_STARTED),
]


@pytest.mark.parametrize("before", End)
@pytest.mark.parametrize("after", End)
def test_ends(before: End, after: End) -> None:
    found = compare(run(end=before), run(end=after))
    assert bool(found.worse_end) == (
        (before, after) in WORSE_ENDS or (before, after) == (End.NO_TESTS, End.NOT_STARTED)
    )
    assert found.is_worse == bool(found.worse_end)


def test_a_hang_names_the_test_and_the_limit() -> None:
    after = run((T, BEGUN), ("a.py::u", UNREACHED), end=End.TIMED_OUT, seconds=600.04, status=None)
    found = compare(run((T, P), ("a.py::u", P)), after)
    assert found.worse_end == f"the run was stopped at its limit, after 600 s, in {T}"
    assert kinds(found) == [("a.py::u", "NOT_RUN"), (T, "NOT_RUN")]


def test_many_tests_under_way_are_not_all_named() -> None:
    after = run(*((f"a.py::t{n}", BEGUN) for n in range(5)), end=End.CRASHED, status=-11)
    assert compare(run(), after).worse_end == (
        "the run crashed with status -11, in a.py::t0, a.py::t1, a.py::t2 and 2 more"
    )


def test_a_run_that_did_not_start_says_why() -> None:
    output = "ImportError while loading conftest\nE   ModuleNotFoundError: No module named 'x'\n\n  rootdir: y\n"
    after = run(end=End.NOT_STARTED, status=4, output=output)
    found = compare(run((T, P)), after)
    assert found.worse_end == "pytest came to no test and ended with status 4: ModuleNotFoundError: No module named 'x'"
    assert kinds(found) == [(T, "NOT_RUN")]


def test_a_suite_without_tests_has_lost_them() -> None:
    found = compare(run((T, P)), run(end=End.NO_TESTS))
    assert found.worse_end == "no test was found any more"
    assert kinds(found) == [(T, "VANISHED")]


def test_a_suite_that_hung_before_and_finishes_is_not_worse() -> None:
    before = run((T, BEGUN), ("a.py::u", UNREACHED), ("a.py::v", UNREACHED), end=End.TIMED_OUT)
    found = compare(before, run((T, P), ("a.py::u", P), ("a.py::v", F, CLOSED)))
    assert kinds(found) == [(T, "FIXED"), ("a.py::v", "NEW"), ("a.py::u", "NEW")]
    assert not found.is_worse


def test_what_never_ran_is_not_called_unchanged() -> None:
    hung = run((T, BEGUN), ("a.py::u", UNREACHED), end=End.TIMED_OUT)
    found = compare(hung, hung)
    assert (kinds(found), found.unchanged) == ([(T, "STILL_FAILING")], 0)


def test_new_collection_errors_are_a_worse_end() -> None:
    broken = (("b.py", "Traceback\nE   ImportError: no x\n"),)
    found = compare(run((T, P)), run((T, P), collect_errors=broken))
    assert found.worse_end == "cannot be collected any more: b.py (ImportError: no x)"


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ({}, {}, False),
        ({"collect_errors": (("b.py", "one"),)}, {"collect_errors": (("b.py", "two"),)}, False),
        ({"collect_errors": (("b.py", "one"),)}, {}, False),
        ({"collect_errors": (("b.py", "one"),)}, {"collect_errors": (("c.py", "one"),)}, True),
        ({"end": End.NOT_STARTED}, {"collect_errors": (("b.py", "one"),)}, False),
        ({"end": End.NOT_STARTED, "collect_errors": (("b.py", ""),)}, {"collect_errors": (("c.py", ""),)}, True),
    ],
)
def test_collection_errors(before: dict[str, object], after: dict[str, object], worse: bool) -> None:
    assert compare(run(**before), run(**after)).is_worse == worse  # type: ignore[arg-type]


# --- time and leaks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "slower"),
    [(1.0, 2.0, True), (1.0, 1.99, False), (0.1, 1.0, False), (0.0, 1.0, True), (10.0, 19.0, False), (5.0, 1.0, False)],
)
def test_slower(before: float, after: float, slower: bool) -> None:
    one, other = (run(tests=(result(T, P, seconds=seconds),)) for seconds in (before, after))
    assert bool(compare(one, other).slower) == slower


def test_only_good_tests_are_slower_and_the_slowest_comes_first() -> None:
    before = run(tests=tuple(result(name, P, seconds=1) for name in "abc"))
    after = run(tests=(result("a", P, seconds=4), result("b", F, seconds=9), result("c", P, seconds=6)))
    assert compare(before, after).slower == (("c", 1, 6), ("a", 1, 4))
    assert not compare(before, after).of(Change.FIXED)


def leaky(*texts: str, of_run: Sequence[str] = (), end: End = End.FINISHED) -> SuiteRun:
    return run(end=end, tests=(replace(result(T, P), leaks=texts),), leaks=tuple(of_run))


SOCKET = "ResourceWarning: unclosed <socket.socket fd=12, laddr=('127.0.0.1', 5000)>"
OTHER_SOCKET = "ResourceWarning: unclosed <socket.socket fd=7, laddr=('127.0.0.1', 6000)>"
AWAIT = "RuntimeWarning: coroutine 'f' was never awaited"


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        (leaky(SOCKET), leaky(OTHER_SOCKET), (), ()),
        (leaky(SOCKET), leaky(of_run=[OTHER_SOCKET]), (), ()),
        (leaky(SOCKET, AWAIT), leaky(AWAIT), (SOCKET,), ()),
        (leaky(), leaky(AWAIT, AWAIT), (), (AWAIT, AWAIT)),
        (leaky(AWAIT), leaky(AWAIT, AWAIT), (), (AWAIT,)),
        (leaky(SOCKET, OTHER_SOCKET, SOCKET), leaky(OTHER_SOCKET), (SOCKET, SOCKET), ()),
        (leaky(SOCKET), leaky(AWAIT), (SOCKET,), (AWAIT,)),
        (leaky(SOCKET), leaky(AWAIT, end=End.TIMED_OUT), (), (AWAIT,)),
        (leaky(SOCKET, end=End.CRASHED), leaky(AWAIT), (SOCKET,), ()),
    ],
)
def test_leaks(before: SuiteRun, after: SuiteRun, gone: tuple[str, ...], new: tuple[str, ...]) -> None:
    found = compare(before, after)
    assert (found.leaks_gone, found.leaks_new) == (gone, new)
    assert not found.of(*Change)


def test_thousands_of_tests_are_compared_in_no_time() -> None:
    before = run(*((f"a.py::t[{n}]", F, f"KeyError: {n} at /a/b/{n}") for n in range(5000)))
    after = run(*((f"a.py::t[x{n}]", F, f"KeyError: {n} at /c/d/{n}") for n in range(5000)))
    assert [one.change for one in compare(before, after).changes] == [Change.STILL_FAILING] * 5000


def test_plain_id_leaves_what_the_project_wrote() -> None:
    assert plain_id("a.py::t[MyEventLoopPolicy]") == "a.py::t[MyEventLoopPolicy]"
    assert plain_id("a.py::t[_UnixDefaultEventLoopPolicy-a-1]") == "a.py::t[a-1]"
