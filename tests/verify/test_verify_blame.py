"""The search for guilty remedies: exact, with few runs, and honest about what no remedy is to blame for."""

from __future__ import annotations

from itertools import combinations

import pytest

from codemod.verify.blame import Blame, Broken, TooManyRunsError, find_guilty


class Suite:
    """A suite in which each of ``culprits`` breaks a test of its name; counts the runs.

    ``needed`` is the remedy without which no test works, for a reason of its own.
    """

    def __init__(
        self, culprits: str, always: str = "", untried: tuple[str, ...] = (), needs_both: str = "", needed: str = ""
    ) -> None:
        self.culprits = culprits
        self.always = always
        self.untried = untried
        self.needs_both = needs_both
        self.needed = needed
        self.runs = 0

    def __call__(self, state: tuple[str, ...]) -> Broken | None:
        if "".join(state) in self.untried:
            return None
        self.runs += 1
        found = {f"test_{name}" for name in state if name in self.culprits} | {f"test_{name}" for name in self.always}
        if self.needs_both and set(self.needs_both) <= set(state):
            found.add("test_both")
        if self.needed and self.needed not in state:
            return {f"test_{name}": "not migrated" for name in "abcdefghz"}
        return dict.fromkeys(found, "an error")


def blame(remedies: str, suite: Suite) -> Blame[str]:
    found = suite(tuple(remedies))
    assert found
    return find_guilty(tuple(remedies), found, suite)


@pytest.mark.parametrize("guilty", "abcdefgh")
def test_one_guilty_of_many(guilty: str) -> None:
    suite = Suite(guilty)
    assert blame("abcdefgh", suite) == Blame(((guilty, frozenset({f"test_{guilty}"})),))
    assert suite.runs <= 1 + 1 + 3 + 1  # all, none, three halvings, the rest


def test_one_remedy_is_all_there_is() -> None:
    suite = Suite("a")
    assert blame("a", suite) == Blame((("a", frozenset({"test_a"})),))


@pytest.mark.parametrize("pair", ["".join(pair) for pair in combinations("abcde", 2)])
def test_each_of_two_is_found(pair: str) -> None:
    assert {name for name, _ in blame("abcde", Suite(pair)).guilty} == set(pair)


def test_what_is_broken_without_any_is_nobodys_fault() -> None:
    assert blame("ab", Suite("", always="z")) == Blame((), frozenset({"test_z"}))


def test_guilt_and_what_is_nobodys_are_kept_apart() -> None:
    found = blame("abc", Suite("b", always="z"))
    assert found == Blame((("b", frozenset({"test_b"})),), frozenset({"test_z"}))


def test_of_two_that_break_only_together_one_goes() -> None:
    found = blame("abcd", Suite("", needs_both="ac"))
    assert [name for name, _ in found.guilty] == ["c"]


def test_a_state_that_cannot_be_tried_is_stepped_over() -> None:
    suite = Suite("c", untried=("ab",))
    assert [name for name, _ in blame("abcd", suite).guilty] == ["c"]


def test_where_no_state_between_can_be_tried_the_last_goes_first_until_nothing_is_worse() -> None:
    suite = Suite("a", untried=("a", "ab"))
    nothing = frozenset[str]()
    assert blame("abc", suite).guilty == (("c", frozenset({"test_a"})), ("b", nothing), ("a", nothing))


def test_what_cannot_be_applied_without_a_guilty_one_has_broken_nothing() -> None:
    suite = Suite("b", untried=("ac", "a"))
    assert blame("abc", suite).guilty == (("b", frozenset({"test_b"})), ("c", frozenset()), ("a", frozenset()))


def test_the_limit_of_runs_is_passed_on() -> None:
    def exhausted(state: tuple[str, ...]) -> Broken:
        raise TooManyRunsError

    with pytest.raises(TooManyRunsError):
        find_guilty(("a", "b"), {"test": "an error"}, exhausted)


# --- on other versions, where the suite needs some of the remedies ---------------------------------------------------


def test_a_guilty_one_is_found_beside_one_that_is_needed() -> None:
    assert blame("abcd", Suite("c", needed="a")) == Blame((("c", frozenset({"test_c"})),))


def test_one_that_is_needed_is_not_blamed_for_what_the_versions_break() -> None:
    assert blame("abcd", Suite("", always="z", needed="a")) == Blame((), frozenset({"test_z"}))


def test_both_at_once() -> None:
    found = blame("abcd", Suite("d", always="z", needed="a"))
    assert found == Blame((("d", frozenset({"test_d"})),), frozenset({"test_z"}))


def test_a_test_that_is_broken_twice_is_not_taken_for_the_versions_doing() -> None:
    def broken(state: tuple[str, ...]) -> Broken:
        return {"test": "an error"} if {"b", "c"} & set(state) else {}

    found = find_guilty(("a", "b", "c"), {"test": "an error"}, broken)
    assert [name for name, _ in found.guilty] == ["b", "c"]
    assert not found.unblamed


def test_one_that_breaks_otherwise_than_it_mends_is_unclear() -> None:
    def broken(state: tuple[str, ...]) -> Broken:
        return {"test": "an error"} if "a" in state else {"test": "not migrated"}

    assert find_guilty(("a", "b"), {"test": "an error"}, broken) == Blame((), frozenset({"test"}))
