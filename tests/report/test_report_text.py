from __future__ import annotations

from dataclasses import replace

import pytest
from report_samples import CONFTEST, CROSSING, CURE, MANUAL, PATH, RENAMED, RISKY, clean, project

from codemod.model import Applicability, FileFailure, Finding, Location, ProjectReport, Report, Step
from codemod.report.text import render_check, render_summary


def sources(root: str, path: str) -> bytes | None:
    return CONFTEST if (root, path) == (".", PATH) else None


def text(*projects: ProjectReport, **options: bool) -> str:
    return render_check(Report(projects), sources, False, **options)


EXPECTED = """\
tests/conftest.py:4:1 LM201 [safe] async fixture `db` is bound to the session loop but used on a function loop
    4 | @pytest.fixture(scope="session")
      | ^^^^^^^^^^^^^^^
   path:
     tests/test_a.py:6:1 test_a asks for db (loop: function)
       tests/conftest.py:4:1 db holds engine (loop: session)
         app/db.py:3:5 create_async_engine(...)
   fix (safe): one loop per test
   condition: no once-only effect

tests/test_a.py:6:1 LM301 [unsafe] `scope` was renamed `loop_scope`
   fix (unsafe, needs --unsafe): rename the argument

tests/test_b.py:2:1 LM901 [by hand] the loop is replaced here
   by hand: remove it

Strategy: isolate: every test gets its own loop, and what is bound to a loop lives as long as one test.
  or share: 3 edits; 1 loop; tests see each other's tasks
  not preserve: the crossings would stay
Note: plugin anyio is active too

Found 3 in 3 files (1 safe, 1 unsafe, 1 by hand). 1 file skipped: tests/test_broken.py line 1, syntax error.
Next: loopmend diff to preview, loopmend migrate to apply 1, add --unsafe for 1 more.
"""


def test_the_whole_report() -> None:
    assert text(project()) == EXPECTED


def test_nothing_found() -> None:
    assert text(clean()) == "No crossings, nothing to do (7 fixtures, 12 tests read).\n"


def test_nothing_found_in_several_projects_is_one_line() -> None:
    assert text(clean(root="a"), clean(root="b")) == "No crossings, nothing to do (14 fixtures, 24 tests read).\n"


def test_no_project_at_all() -> None:
    assert text() == "No crossings, nothing to do (0 fixtures, 0 tests read).\n"


def test_a_skipped_file_is_told_although_nothing_was_found() -> None:
    shown = text(clean(failures=(FileFailure("a.py", "too deep"), FileFailure("b.py", "line 2, syntax error."))))
    assert shown.splitlines()[1:] == ["2 files skipped:", "  a.py too deep", "  b.py line 2, syntax error"]


def test_changes_without_findings_are_announced() -> None:
    lines = text(clean(changes=project().changes, strategy="preserve")).splitlines()
    assert lines[0] == "Strategy: preserve: the loops stay as they are, only their spelling changes."
    assert lines[-2:] == [
        "No crossings, but 2 files to change.",
        "Next: loopmend diff to preview, loopmend migrate to change 2 files.",
    ]


def test_versions_options_and_ids_come_with_verbose() -> None:
    shown = text(project(), verbose=True)
    assert "   id: LM201-aaaa\n" in shown
    assert "pytest-asyncio 1.1.0 (requirements.txt:3)\n  asyncio_mode = auto (pytest.ini:2)\n" in shown
    assert "  asyncio_default_test_loop_scope is not set (default)\n" in shown


def test_versions_options_and_ids_do_not_come_without() -> None:
    shown = text(project())
    assert [word for word in ("id: ", "pytest.ini", "requirements.txt") if word in shown] == []


def test_where_the_suite_goes_is_told_when_it_goes_somewhere() -> None:
    line = "pytest-asyncio 1.1.0 (requirements.txt:3) → 1.5.0\n"
    assert text(project(target="1.5.0")).count(line) == 1
    assert text(project(target="1.5.0"), verbose=True).count(line) == 1
    assert "→" not in text(project(), verbose=True)


def test_quiet_is_one_line_for_each_finding_and_skipped_file() -> None:
    lines = text(project(), quiet=True).splitlines()
    assert [line.split(" ")[0] for line in lines[:3]] == [
        "tests/conftest.py:4:1",
        "tests/test_a.py:6:1",
        "tests/test_b.py:2:1",
    ]
    assert lines[3:] == ["tests/test_broken.py skipped: line 1, syntax error"]
    assert text(clean(), quiet=True) == ""


def test_only_unsafe_remedies_left_gives_the_flag_in_the_command() -> None:
    shown = text(project(findings=(RENAMED,), remedies=(), changes=()))
    assert shown.endswith("Next: loopmend diff --unsafe to preview, loopmend migrate --unsafe to apply 1.\n")


def test_nothing_to_apply_points_to_explain() -> None:
    shown = text(project(findings=(MANUAL,), remedies=(), withheld=(), changes=()))
    assert shown.endswith("Next: loopmend explain LM901 for what to do by hand.\n")


def test_unsafe_in_force_is_not_advised_again() -> None:
    shown = text(project(), unsafe=True)
    assert "   fix (not applied): rename the argument\n" in shown
    assert shown.endswith("Next: loopmend diff --unsafe to preview, loopmend migrate --unsafe to apply 1.\n")


def test_an_applied_unsafe_remedy_says_so() -> None:
    shown = text(project(remedies=(CURE, RISKY), withheld=()), unsafe=True)
    assert "LM301 [unsafe]" in shown
    assert "   fix (unsafe): rename the argument\n" in shown


def test_a_refused_remedy_says_why() -> None:
    refused = replace(RISKY, applicability=Applicability.SAFE, condition="the file is not as read")
    shown = text(project(withheld=(refused,)))
    assert "LM301 [by hand]" in shown
    assert "   fix (not applied): rename the argument\n   condition: the file is not as read\n" in shown


def test_several_projects_have_titles_and_paths_from_here() -> None:
    shown = text(project(root="services/a"), clean(root="my b"))
    assert shown.startswith("services/a/tests/conftest.py:4:1 LM201")
    assert "\nProject services/a\nStrategy:" in shown
    assert "Project my b" not in shown
    assert "1 file skipped: services/a/tests/test_broken.py line 1" in shown
    assert "Next: loopmend diff services/a 'my b' to preview" in shown


def test_an_unknown_strategy_word_is_shown_as_it_is() -> None:
    assert "\nStrategy: other\n" in text(project(strategy="other"))


def hostile(word: str) -> ProjectReport:
    finding = Finding(
        f"LM{word}", Location(f"{word}.py", 1), word, word, word, (Step(Location(word, 1), word, word),), advice=word
    )
    remedy = replace(RISKY, title=word, condition=word, findings=(word,))
    one = project(root=word, version=word, version_origin=word, strategy=word, notes=(word,), withheld=(remedy,))
    options = tuple(replace(option, name=word, value=word, origin=word) for option in one.options)
    others = tuple(replace(other, strategy=word, loops=word, cost=word, reason=word) for other in one.alternatives)
    failures = (FileFailure(word, word),)
    return replace(one, findings=(finding,), options=options, alternatives=others, failures=failures)


@pytest.mark.parametrize("word", ["\x1b[2J", "\u202eevil", "two\nlines", "\udcff", "\x9b0m"])
def test_no_text_of_a_repository_can_steer_a_terminal(word: str) -> None:
    source = word.encode("utf-8", "replace")
    raw = render_check(Report((hostile(word), hostile(word))), lambda *_: source, False, verbose=True)
    assert word not in raw
    assert all(line.isprintable() for line in raw.split("\n"))
    raw.encode("utf-8")


def test_markup_is_only_text() -> None:
    finding = replace(MANUAL, message="[bold red]x[/] [link=http://x]y[/link]")
    assert "[bold red]x[/] [link=http://x]y[/link]" in text(project(findings=(finding,)))


def test_color_is_ours_only_and_only_when_asked() -> None:
    plain, painted = text(project()), render_check(Report((project(),)), sources, True)
    assert "\x1b" not in plain
    assert "\x1b[32m[safe]\x1b[0m" in painted
    assert "\x1b[33m[unsafe]\x1b[0m" in painted
    for code in ("0", "1", "2", "31", "32", "33", "36"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == plain


def test_a_file_is_read_once() -> None:
    asked: list[str] = []

    def counting(root: str, path: str) -> bytes | None:
        asked.append(path)
        return None

    render_check(Report((project(findings=(CROSSING, CROSSING)),)), counting, False)
    assert asked == [PATH]


def test_the_summary_alone_has_no_findings() -> None:
    shown = render_summary(Report((project(),)), False)
    assert EXPECTED.endswith(shown)
    assert shown.startswith("Strategy:")


def test_a_place_above_the_project_is_told_from_here() -> None:
    finding = replace(CROSSING, location=Location("../../constraints.txt", 1))
    assert text(project(root="packages/a", findings=(finding,))).startswith("constraints.txt:1:1 ")
