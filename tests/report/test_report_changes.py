from __future__ import annotations

from report_samples import clean, project

from codemod.model import FileChange, Report
from codemod.report.changes import render_changes, render_mended, render_patch, stat_line


def count(change: FileChange) -> tuple[int, int]:
    return (12, 9) if change.before else (1, 0)


def test_a_line_for_each_file_and_the_totals() -> None:
    assert render_changes(Report((project(),)), count, False) == (
        "+12 -9  tests/conftest.py\n+1  -0  new.py\n2 files changed, 13 lines added, 9 removed.\n"
    )


def test_no_change_gives_no_line() -> None:
    assert render_changes(Report((clean(),)), count, False) == ""


def test_paths_are_escaped_and_from_here() -> None:
    one = clean(root="a", changes=(FileChange("x\x1b.py", None, b""),))
    assert render_changes(Report((one,)), count, False).startswith("+1 -0 a/x\\x1b.py\n")


def test_one_is_not_many() -> None:
    assert stat_line(1, 1, 0) == "1 file changed, 1 line added, 0 removed.\n"


def test_mended_counts_only_what_is_applied() -> None:
    assert render_mended(Report((project(),))) == "Mended 1 finding.\n"
    assert render_mended(Report((project(remedies=()),))) == ""


def test_a_patch_to_look_at_is_the_patch_where_nothing_hides() -> None:
    patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\ta\n+\té\n"
    assert render_patch(patch.encode(), False) == patch


def test_a_patch_to_look_at_cannot_steer_the_terminal() -> None:
    shown = render_patch("+\x1b[2J\u202e\n".encode() + b"+\xe9\r\n", False)
    assert shown == "+\\x1b[2J\\u202e\n+\\xe9\\x0d\n"


def test_a_patch_in_color() -> None:
    shown = render_patch(b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n c\n", True)
    assert shown == (
        "\x1b[1mdiff --git a/x b/x\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n c\n"
    )
