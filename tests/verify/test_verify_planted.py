"""Remedies that break something are planted among good ones, and found by running the real pytest."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from real_suites import real
from verify_bench import FILES

from codemod import rules, staging
from codemod.errors import ExitCode
from codemod.model import Applicability, Location
from codemod.operations import InsertStatements
from codemod.rules._base import Case, Rule, finding, local_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from real_suites import Told

    from codemod.analysis.suite import Suite

__all__ = ["real"]

pytestmark = pytest.mark.slow

PLACE = "test_planted.py"
PROJECT = {
    **FILES,
    PLACE: """\
from pathlib import Path


def test_one():
    assert "ONE" not in globals()


def test_two():
    assert "TWO" not in globals()


def test_together():
    assert "BOTH" not in globals() or "loop_scope" not in Path("test_a.py").read_text()


def test_pinned():
    assert "PINNED" not in globals()
""",
}


def planted(code: str, switch: str) -> Rule:
    """Return a rule that is content once it has set a variable in the tests."""
    insert = InsertStatements(PLACE, f"{switch} = True")

    def cases(suite: Suite) -> Iterator[Case]:
        if insert.code.encode() not in (suite.workspace.read(PLACE) or b""):
            found = finding(code, Location(PLACE, 1), f"there is no {switch}", switch)
            yield Case(found, (insert,), Applicability.SAFE)

    return local_rule(code, "planted", "planted", Applicability.SAFE, "", cases, f"set {switch}")


def plant(monkeypatch: pytest.MonkeyPatch, *bad: Rule) -> None:
    # Among the good ones, whose codes are before and behind theirs.
    known = sorted((*rules.RULES, *bad), key=lambda rule: rule.code)
    monkeypatch.setattr(rules, "RULES", tuple(known))
    monkeypatch.setattr(staging, "_RULES", {rule.code: rule for rule in known})


def test_a_bad_one_is_found_and_named(real: Callable[..., Told], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, planted("LM399", "ONE"))
    told = real(PROJECT, "verify")
    assert told.code == ExitCode.VERIFICATION_FAILED
    assert (told.rolled_back, told.kept) == ({"LM399": [f"{PLACE}::test_one"]}, ["LM301", "LM304", "LM501"])
    assert f"rolled back: 1 (LM399 set ONE: broke {PLACE}::test_one)" in told.out
    assert "The same: no test got better or worse." in told.out


def test_two_bad_ones_are_left_out_of_what_migrate_writes(
    real: Callable[..., Told], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(monkeypatch, planted("LM299", "ONE"), planted("LM399", "TWO"))
    told = real(PROJECT, "migrate", "--verify")
    assert told.code == ExitCode.VERIFICATION_FAILED
    assert told.rolled_back == {"LM299": [f"{PLACE}::test_one"], "LM399": [f"{PLACE}::test_two"]}
    assert told.kept == ["LM301", "LM304", "LM501"]
    folder = tmp_path / "project"
    assert (folder / PLACE).read_text() == PROJECT[PLACE]
    assert 'loop_scope="module"' in (folder / "test_a.py").read_text()
    assert "asyncio\ndef" not in (folder / "test_a.py").read_text()
    assert "1.5.0" in (folder / "requirements-dev.txt").read_text()
    # What is said of the tree as it is now does not advise what was withdrawn.
    assert f"condition: withdrawn: the suite got worse with it: {PLACE}::test_one" in told.out
    assert "to apply" not in told.out
    again = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=folder, capture_output=True, timeout=120)
    assert again.returncode == 0, again.stdout.decode()


def test_of_two_that_break_something_together_one_goes(
    real: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, planted("LM399", "BOTH"))
    told = real(PROJECT, "verify")
    assert told.code == ExitCode.VERIFICATION_FAILED
    assert told.rolled_back == {"LM399": [f"{PLACE}::test_together"]}
    assert told.kept == ["LM301", "LM304", "LM501"]


def test_a_bad_requirement_takes_the_upgrade_with_it(
    real: Callable[..., Told], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def with_more(rule: Rule) -> Rule:
        def cases(suite: Suite) -> Iterator[Case]:
            more = InsertStatements(PLACE, "PINNED = True")
            return (replace(case, operations=(*case.operations, more)) for case in rule.cases(suite))

        return replace(rule, cases=cases)

    known = tuple(with_more(rule) if rule.code == "LM501" else rule for rule in rules.RULES)
    monkeypatch.setattr(rules, "RULES", known)
    told = real(PROJECT, "migrate", "--verify")
    assert told.code == ExitCode.VERIFICATION_FAILED
    assert told.rolled_back == {
        "LM301": ["does not hold without LM501"],
        "LM304": ["does not hold without LM501"],
        "LM501": [f"{PLACE}::test_pinned"],
    }
    assert {name: (tmp_path / "project" / name).read_text() for name in PROJECT} == PROJECT
