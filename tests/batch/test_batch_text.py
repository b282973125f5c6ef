"""The batch on a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batch_samples import TEXTS, retry, shard, shards

from codemod.batch.commit import Committed, Ended
from codemod.batch.outputs.text import render_commits, render_plan, render_summary
from codemod.batch.outputs.view import view
from codemod.batch.records import Result, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"


def summary(found: Sequence[Result], color: bool = False, pending: int = 0) -> str:
    return render_summary(view(found, shards(found), TEXTS, retry), color, pending=pending)


def test_summary(results: list[Result]) -> None:
    assert summary(results) == (
        "5 projects  2 changed  1 clean  1 findings  1 failed\n"
        f"patches/services-api.patch  +3 {MINUS}11  LM201{TIMES}1 LM401{TIMES}1\n"
        f"patches/services-old.patch  +3 {MINUS}9  LM400{TIMES}1 LM401{TIMES}1 LM501{TIMES}1\n"
        "failed mono/broken: out of memory (limit 2 GB)\n"
        "  try again: loopmend batch retry mono/broken\n"
    )


def test_owners_and_evidence(results: list[Result]) -> None:
    one = replace(next(one for one in results if one.folder == "services/api"), evidence={"verdict": "better"})
    cut = [shard(one, slug="pay", owners=("@team-pay", "@\x1b[1mx"))]
    text = render_summary(view([one], cut, TEXTS, retry), False)
    assert text.splitlines()[1].endswith(f"LM401{TIMES}1  owners @team-pay @\\x1b[1mx  verified")


def test_what_is_still_to_do_is_counted(results: list[Result]) -> None:
    assert summary(results, pending=3).startswith("8 projects  2 changed  1 clean  1 findings  1 failed  3 to do\n")
    assert summary([], pending=1) == "1 project  0 changed  0 clean  0 findings  0 failed  1 to do\n"


def test_colour_is_for_what_there_is(results: list[Result]) -> None:
    head = summary(results, color=True).splitlines()[0]
    assert "\x1b[32m2 changed\x1b[0m  1 clean  \x1b[33m1 findings\x1b[0m  \x1b[31m1 failed\x1b[0m" in head
    assert "\x1b[31m" not in summary(results[:1], color=True)


def test_lists_are_bounded(results: list[Result]) -> None:
    one = next(one for one in results if one.folder == "services/api")
    many = [replace(one, project=f"r{number}/services/api") for number in range(300)]
    many += [Result(f"bad{number:03}", "", Status.FAILED, reason="hung\n" * 500) for number in range(300)]
    text = summary(many)
    assert text.count("\n") < 100
    assert "… and 260 more patches, all in summary.md and the tables beside it\n" in text
    assert "… and 280 more failures, all in summary.md and the tables beside it\n" in text
    assert max(map(len, text.splitlines())) < 400


def test_plan(results: list[Result]) -> None:
    noted = [
        replace(one, report=one.report | {"notes": ["a\x1bb"]}) if one.folder == "libs/healthy" else one
        for one in results
    ]
    text = render_plan(view(noted, shards(noted), TEXTS, retry), False)
    assert text == (
        f"project                pytest-asyncio  strategy  safe  unsafe  by hand  files  +   {MINUS}  note\n"
        f"mono/broken{' ' * 75}failed: out of memory (limit 2 GB)\n"
        "mono/libs/healthy      1.5.0           preserve     0       0        0      0  0   0  a\\x1bb\n"
        "mono/libs/seeded rows  1.5.0           isolate      0       1        0      0  0   0\n"
        "mono/services/api      1.5.0           isolate      2       0        0      2  3  11\n"
        "mono/services/old      0.21.2 → 1.5.0  preserve     3       0        0      3  3   9\n"
        "5 projects  2 changed  1 clean  1 findings  1 failed\n"
    )


def test_plan_without_projects() -> None:
    assert render_plan(view([], [], TEXTS, retry), False) == ("0 projects  0 changed  0 clean  0 findings  0 failed\n")


def test_a_project_without_the_plugin_has_no_version_in_the_plan() -> None:
    report = {"version": "1.5.0", "target": "1.5.0", "strategy": "preserve", "notes": ["not used here"]}
    one = Result("a", "", Status.CLEAN, report=report)
    line = render_plan(view([one], [], TEXTS, retry), False).splitlines()[1]
    assert "1.5.0" not in line
    assert line.split() == ["a", "0", "0", "0", "0", "0", "0", "not", "used", "here"]


def test_commits() -> None:
    found = [
        Committed("a", Ended.MADE, "0123456789abcdef"),
        Committed("b", Ended.LEFT, "0123456789abcdef", "has other files"),
        Committed("c", Ended.FAILED, reason="no \x1bgit"),
    ]
    assert render_commits(found, False) == (
        "loopmend/a  made  0123456789\n"
        "loopmend/b  left alone  0123456789  has other files\n"
        "loopmend/c  failed  no \\x1bgit\n"
    )
    assert "\x1b[31mfailed\x1b[0m" in render_commits(found, True)
