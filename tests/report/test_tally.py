from __future__ import annotations

from dataclasses import replace

from report_samples import CROSSING, CURE, MANUAL, RENAMED, RISKY, clean, project

from codemod.model import Applicability, Report
from codemod.report.tally import Tally, remaining, standing, tally


def test_each_finding_stands_by_what_answers_it() -> None:
    one = project()
    assert standing(one, CROSSING) is Applicability.SAFE
    assert standing(one, RENAMED) is Applicability.UNSAFE
    assert standing(one, MANUAL) is Applicability.DISPLAY


def test_counts() -> None:
    expected = Tally(findings=3, files=3, safe=1, unsafe=1, by_hand=1, applied=1, more=1)
    assert tally(Report((project(),))) == expected


def test_the_same_path_in_two_projects_is_two_files() -> None:
    assert tally(Report((project(root="a"), project(root="b")))).files == 6


def test_an_unsafe_remedy_that_is_applied_is_not_offered_again() -> None:
    counts = tally(Report((project(remedies=(CURE, RISKY), withheld=()),)), unsafe=True)
    assert (counts.unsafe, counts.applied, counts.more) == (1, 2, 0)


def test_what_is_withheld_in_spite_of_unsafe_was_refused() -> None:
    assert standing(project(), RENAMED, unsafe=True) is Applicability.DISPLAY


def test_a_withheld_safe_remedy_was_refused() -> None:
    refused = replace(RISKY, applicability=Applicability.SAFE)
    assert standing(project(withheld=(refused,)), RENAMED) is Applicability.DISPLAY


def test_remaining_is_what_no_applied_remedy_answers() -> None:
    assert remaining(project()) == (RENAMED, MANUAL)
    assert remaining(clean()) == ()
