from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cli_world import AFTER, BEFORE, CLEAN, MANUAL, SICK

from codemod.errors import ExitCode, VcsError
from codemod.model import FileChange, FileFailure

if TYPE_CHECKING:
    from pathlib import Path

    from cli_world import World

PATCH = b"""\
diff --git a/tests/conftest.py b/tests/conftest.py
--- a/tests/conftest.py
+++ b/tests/conftest.py
@@ -1 +1 @@
-scope = 'session'
+scope = 'function'
"""
FAILED = FileFailure("tests/bad.py", "line 1, syntax error")
LEFT = replace(SICK, findings=(*SICK.findings, MANUAL))


def conftest(folder: Path) -> bytes:
    return (folder / "tests/conftest.py").read_bytes()


def test_diff_prints_the_bytes_of_the_patch_and_the_rest_elsewhere(world: World) -> None:
    folder = world.project(".", SICK)
    result = world.run("diff")
    assert result.out_bytes == PATCH
    assert result.err.startswith("1 file changed, 1 line added, 1 removed.\nStrategy: isolate: ")
    assert result.err.endswith("Next: loopmend diff to preview, loopmend migrate to apply 1.\n")
    assert result.code == ExitCode.FINDINGS
    assert conftest(folder) == BEFORE


def test_diff_keeps_bytes_that_are_no_text(world: World) -> None:
    world.project(".", replace(SICK, changes=(FileChange("tests/conftest.py", BEFORE, b"\xe9\x1b\r\n"),)))
    assert b"+\xe9\x1b\r\n" in world.run("diff").out_bytes


def test_diff_of_a_healthy_project_is_empty(world: World) -> None:
    world.project(".", CLEAN)
    result = world.run("diff")
    assert (result.code, result.out_bytes) == (ExitCode.DONE, b"")
    assert result.err == "No crossings, nothing to do (2 fixtures, 3 tests read).\n"


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (replace(CLEAN, findings=(MANUAL,)), ExitCode.FINDINGS),
        (replace(SICK, failures=(FAILED,)), ExitCode.FILES_FAILED),
    ],
)
def test_diff_exit_codes(world: World, report: object, code: ExitCode) -> None:
    world.project(".", report)  # type: ignore[arg-type]
    assert world.run("diff").code == code


def test_diff_for_a_terminal_hides_no_control_character(world: World) -> None:
    world.project(".", replace(SICK, changes=(FileChange("tests/conftest.py", BEFORE, b"\x1b[2J\n"),)))
    result = world.run("diff", "--color", "always")
    assert b"\x1b[2J" not in result.out_bytes
    assert "\x1b[32m+\\x1b[2J\x1b[0m\n" in result.out


def test_diff_of_several_projects_applies_from_here(world: World) -> None:
    first, second = world.project("one", SICK), world.project("deep/two", SICK)
    result = world.run("diff", "one", str(second))
    subprocess.run(["git", "apply", "-"], input=result.out_bytes, cwd=world.here, check=True)
    assert conftest(first) == conftest(second) == AFTER


def test_diff_of_a_project_elsewhere_applies_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = world.project("one", SICK)
    (world.here / "two").mkdir()
    monkeypatch.chdir(world.here / "two")
    result = world.run("diff", "../one")
    assert result.out_bytes == PATCH
    assert "Apply this patch in ../one.\n" in result.err
    assert conftest(folder) == BEFORE


def test_diff_refuses_two_projects_that_no_patch_can_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.project("one", SICK)
    world.project("two", SICK)
    monkeypatch.chdir(world.here / "two")
    result = world.run("diff", ".", "../one")
    assert (result.code, result.out_bytes) == (ExitCode.USAGE, b"")
    assert result.err == ("error: ../one is outside the current folder: one patch cannot hold it and another project\n")


def test_quiet_diff_is_the_patch_alone(world: World) -> None:
    world.project(".", SICK)
    result = world.run("diff", "-q")
    assert (result.out_bytes, result.err) == (PATCH, "")


def test_diff_as_json_is_the_report(world: World) -> None:
    world.project(".", SICK)
    assert json.loads(world.run("diff", "--output-format", "json").out)["schema_version"] == 1


def test_migrate_writes_and_says_how_to_undo(world: World) -> None:
    folder = world.project(".", SICK)
    result = world.run("migrate")
    assert conftest(folder) == AFTER
    assert result.out == (
        "+1 -1 tests/conftest.py\n1 file changed, 1 line added, 1 removed.\nMended 1 finding.\n"
        "No crossings, nothing to do (2 fixtures, 3 tests read).\n"
    )
    assert result.err == "Undo with: loopmend undo\n"
    assert result.code == ExitCode.DONE
    assert len(world.seen) == 1


def test_undo_puts_back_what_migrate_wrote(world: World) -> None:
    folder = world.project("a", SICK)
    assert world.run("migrate", "a").err == "Undo with: loopmend undo a\n"
    result = world.run("undo", "a")
    assert (result.code, result.out, result.err) == (ExitCode.DONE, "a/tests/conftest.py\n", "Restored 1 file.\n")
    assert conftest(folder) == BEFORE


def test_undo_with_nothing_to_undo(world: World) -> None:
    world.project(".", CLEAN)
    result = world.run("undo")
    assert (result.code, result.out, result.err) == (ExitCode.DONE, "", "Nothing to undo.\n")


@pytest.mark.parametrize("arguments", [("--run", "no-such-run"), ("nowhere",)])
def test_undo_of_what_is_not_there(world: World, arguments: tuple[str, ...]) -> None:
    world.project(".", CLEAN)
    result = world.run("undo", *arguments)
    assert result.code == ExitCode.USAGE
    assert result.err.startswith("error: ")


def test_migrate_shows_what_needs_a_person_as_it_is_now(world: World) -> None:
    moved = replace(MANUAL, location=replace(MANUAL.location, line=9))
    folder = world.project(".", LEFT, replace(CLEAN, findings=(moved,)))
    result = world.run("migrate")
    assert conftest(folder) == AFTER
    assert "Mended 1 finding.\ntests/test_b.py:9:1 LM901 [by hand] needs a person\n" in result.out
    assert "Strategy" not in result.out
    assert "Found 1 in 1 file (0 safe, 0 unsafe, 1 by hand).\n" in result.out
    assert result.code == ExitCode.FINDINGS


def test_migrate_after_a_skipped_file_is_not_done(world: World) -> None:
    folder = world.project(".", replace(SICK, failures=(FAILED,)))
    result = world.run("migrate")
    assert conftest(folder) == AFTER
    assert result.code == ExitCode.FILES_FAILED
    assert "1 file skipped: tests/bad.py line 1, syntax error." in result.out


def test_migrate_of_a_healthy_project_touches_nothing(world: World) -> None:
    folder = world.project(".", CLEAN)
    result = world.run("migrate")
    assert (result.code, result.err) == (ExitCode.DONE, "")
    assert result.out == "No crossings, nothing to do (2 fixtures, 3 tests read).\n"
    assert world.guarded == []
    assert sorted(path.name for path in folder.iterdir()) == ["tests"]


def test_migrate_with_findings_only_for_a_person_touches_nothing(world: World) -> None:
    folder = world.project(".", replace(CLEAN, findings=(MANUAL,)))
    result = world.run("migrate")
    assert result.code == ExitCode.FINDINGS
    assert conftest(folder) == BEFORE
    assert len(world.seen) == 1


def test_migrate_dry_run_is_diff(world: World) -> None:
    folder = world.project(".", SICK)
    assert world.run("migrate", "--dry-run") == world.run("diff")
    assert conftest(folder) == BEFORE
    assert world.guarded == []


@pytest.mark.parametrize("flags", [(), ("--allow-dirty",), ("--allow-no-vcs",)])
def test_migrate_asks_the_guard_about_what_it_writes(world: World, flags: tuple[str, ...]) -> None:
    world.project("a", SICK)
    world.run("migrate", "a", *flags)
    [(root, *rest)] = world.guarded
    assert root.as_posix() == "a"
    assert rest == [("tests/conftest.py",), "--allow-dirty" in flags, "--allow-no-vcs" in flags]


def test_a_refusing_guard_stops_all_projects_before_the_first_write(world: World) -> None:
    first, second = world.project("a", SICK), world.project("b", SICK)
    world.guard_error = VcsError("b is dirty")
    result = world.run("migrate", "a", "b")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err == "error: b is dirty\nCommit or stash first, or pass --allow-dirty (or --allow-no-vcs).\n"
    assert conftest(first) == conftest(second) == BEFORE


def test_a_project_that_cannot_be_read_stops_all_before_the_first_write(world: World) -> None:
    first = world.project("a", SICK)
    world.project("b", VcsError("broken"))
    assert world.run("migrate", "a", "b").code == ExitCode.USAGE
    assert conftest(first) == BEFORE


def test_a_file_that_changed_meanwhile_is_not_written(world: World) -> None:
    folder = world.project(".", SICK)
    (folder / "tests/conftest.py").write_bytes(b"mine\n")
    result = world.run("migrate")
    assert result.code == ExitCode.FILES_FAILED
    assert result.err.endswith("Run the command again: it reads the file as it is now.\n")
    assert conftest(folder) == b"mine\n"


def test_migrate_as_json_tells_what_was_written(world: World) -> None:
    folder = world.project(".", LEFT)
    result = world.run("migrate", "--output-format", "json")
    report = json.loads(result.out)["projects"][0]
    assert [change["path"] for change in report["changes"]] == ["tests/conftest.py"]
    assert [remedy["findings"] for remedy in report["remedies"]] == [["LM201-aaaa"]]
    assert conftest(folder) == AFTER
    assert result.code == ExitCode.FINDINGS


def test_quiet_migrate(world: World) -> None:
    world.project(".", LEFT, replace(CLEAN, findings=(MANUAL,)))
    result = world.run("migrate", "-q")
    assert result.out == (
        "+1 -1 tests/conftest.py\n1 file changed, 1 line added, 1 removed.\n"
        "tests/test_b.py:1:1 LM901 [by hand] needs a person\n"
    )
    assert result.err == ""


# --- two patches -----------------------------------------------------------------------------------------------------

LATER = replace(SICK, later=(FileChange("tests/test_b.py", b"import b\n", b"import c\n"),))


def test_the_second_patch_is_printed_alone(world: World) -> None:
    world.project(".", LATER)
    result = world.run("diff", "--keep-compat", "0.24", "--step", "bump")
    assert b"+import c" in result.out_bytes
    assert b"tests/conftest.py" not in result.out_bytes


@pytest.mark.parametrize("step", [(), ("--step", "prepare")])
def test_the_first_patch_is_what_migrate_applies(world: World, step: tuple[str, ...]) -> None:
    world.project(".", LATER)
    assert world.run("diff", "--keep-compat", "0.24", *step).out_bytes == PATCH


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--step", "bump"), "--step needs --keep-compat"),
        (("--keep-compat", "0.24", "--step", "all"), "'all' is unknown"),
    ],
)
def test_a_step_that_cannot_be(world: World, arguments: tuple[str, ...], says: str) -> None:
    world.project(".", LATER)
    result = world.run("diff", *arguments)
    assert (result.code, result.out_bytes) == (ExitCode.USAGE, b"")
    assert says in result.err


def test_the_next_command_repeats_the_options(world: World) -> None:
    world.project(".", SICK)
    result = world.run("diff", "--target", "1.4", "--select", "LM2,LM9", "--config", "strategy = 'share'", "--isolated")
    options = """--select LM2,LM9 --target 1.4 --config 'strategy = '"'"'share'"'"'' --isolated"""
    assert f"Next: loopmend diff {options} to preview, loopmend migrate {options} to apply 1." in result.err
