from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cli_world import CLEAN, MANUAL, SICK

from codemod.errors import ConcurrentChangeError, ConfigError, ExitCode, UsageError
from codemod.model import FileFailure, StrategyName

if TYPE_CHECKING:
    from cli_world import World

FAILED = FileFailure("tests/bad.py", "line 1, syntax error")


@pytest.mark.parametrize(
    ("report", "arguments", "code"),
    [
        (CLEAN, (), ExitCode.DONE),
        (replace(CLEAN, notes=("a note",)), (), ExitCode.DONE),
        (SICK, (), ExitCode.FINDINGS),
        (replace(CLEAN, findings=(MANUAL,)), (), ExitCode.FINDINGS),
        (replace(CLEAN, changes=SICK.changes), (), ExitCode.FINDINGS),
        (SICK, ("--exit-zero",), ExitCode.DONE),
        (replace(CLEAN, failures=(FAILED,)), (), ExitCode.FILES_FAILED),
        (replace(SICK, failures=(FAILED,)), (), ExitCode.FILES_FAILED),
        (replace(SICK, failures=(FAILED,)), ("--exit-zero",), ExitCode.FILES_FAILED),
        (UsageError("no project here"), (), ExitCode.USAGE),
        (ConcurrentChangeError("a.py", "changed"), (), ExitCode.FILES_FAILED),
        (KeyboardInterrupt(), (), ExitCode.INTERRUPTED),
    ],
)
def test_exit_codes(world: World, report: object, arguments: tuple[str, ...], code: ExitCode) -> None:
    world.project(".", report)  # type: ignore[arg-type]
    assert world.run("check", *arguments).code == code


def test_the_report_goes_to_stdout_and_nothing_else(world: World) -> None:
    world.project(".", SICK)
    result = world.run("check")
    assert result.out.startswith("tests/conftest.py:1:1 LM201 [safe] crosses\n    1 | scope = 'session'\n")
    assert result.out.endswith("Next: loopmend diff to preview, loopmend migrate to apply 1.\n")
    assert result.err == ""


def test_without_a_verb_it_checks(world: World) -> None:
    world.project(".", SICK)
    assert world.run() == world.run("check")


def test_check_writes_nothing(world: World) -> None:
    folder = world.project(".", SICK)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    world.run("check")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_paths_are_shown_as_typed(world: World) -> None:
    world.project("a", SICK)
    assert world.run("check", "a/").out.startswith("a/tests/conftest.py:1:1 LM201")


def test_each_path_is_a_project_in_path_order(world: World) -> None:
    world.project("b", SICK)
    world.project("a", CLEAN)
    result = world.run("check", "b", "a")
    assert [folder for folder, _ in world.seen] == ["a", "b"]
    assert result.code == ExitCode.FINDINGS


def test_json(world: World) -> None:
    world.project("a", SICK)
    result = world.run("check", "a", "--output-format", "json")
    assert json.loads(result.out)["projects"][0]["root"] == "a"
    assert json.loads(result.out)["projects"][0]["changes"] == [
        {"path": "tests/conftest.py", "new": False, "added": 1, "removed": 1}
    ]
    assert (result.code, result.err) == (ExitCode.FINDINGS, "")


def test_quiet_and_verbose(world: World) -> None:
    world.project(".", SICK)
    assert world.run("check", "-q").out == "tests/conftest.py:1:1 LM201 [safe] crosses\n"
    assert "pytest-asyncio 1.1.0 (installed)" in world.run("check", "-v").out


def test_an_error_is_one_line_and_a_next_step_on_stderr(world: World) -> None:
    world.project(".", ConfigError("pyproject.toml: \x1b[2Junknown key\nselct"))
    result = world.run("check")
    assert result.out == ""
    assert result.err == (
        "error: pyproject.toml: \\x1b[2Junknown key\\x0aselct\n"
        "Correct the named file (--isolated leaves out loopmend's own configuration, not pytest's).\n"
    )


def test_an_error_without_a_next_step_is_one_line(world: World) -> None:
    world.project(".", UsageError("no tests here"))
    assert world.run("check").err == "error: no tests here\n"


def test_ctrl_c_says_so(world: World) -> None:
    world.project(".", KeyboardInterrupt())
    assert world.run("check").err == "interrupted\n"


def test_our_own_fault_is_neither_0_nor_1(world: World) -> None:
    world.project(".", ValueError("\x1b[2Jboom"))
    result = world.run("check")
    assert result.code == ExitCode.USAGE
    assert "ValueError: \\x1b[2Jboom\n" in result.err
    assert result.err.endswith("Please report it.\n")


def test_a_full_disk_is_no_traceback(world: World) -> None:
    world.project(".", OSError(28, "No space left on device"))
    result = world.run("check")
    assert (result.code, result.err) == (ExitCode.USAGE, "error: [Errno 28] No space left on device\n")


def test_options_become_overrides(world: World) -> None:
    world.project(".", CLEAN)
    world.run(
        *("check", "--strategy", "share", "--select", "lm2, LM901", "--select", "LM9", "--ignore", "LM901", "--unsafe"),
        *("--target", "1.5.0", "--source", "0.23.8", "--remedy", "explicit-cleanup", "--isolated"),
        *("--config", "spare=2", "--config", "strategy=isolate"),
    )
    expected = {
        "spare": "2",
        "strategy": StrategyName.SHARE,
        "select": ("LM2", "LM901", "LM9"),
        "ignore": ("LM901",),
        "unsafe": True,
        "target": "1.5.0",
        "source": "0.23.8",
        "remedy": "explicit-cleanup",
    }
    assert world.loaded == [(expected, True)]


def test_without_options_nothing_is_overridden(world: World) -> None:
    world.project(".", CLEAN)
    world.run("check")
    assert world.loaded == [({}, False)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--strategy", "isolat"), "--strategy 'isolat' is unknown: did you mean isolate?"),
        (("--strategy", "x"), "--strategy 'x' is unknown: choose from auto, isolate, share, preserve, best"),
        (("--output-format", "jsn"), "--output-format 'jsn' is unknown: did you mean json?"),
        (("--color", "alway"), "--color 'alway' is unknown: did you mean always?"),
        (("--select", "LM2,LM20x"), "--select 'LM20X' matches no rule: did you mean LM201 or LM901?"),
        (("--ignore", "F401"), "--ignore 'F401' matches no rule: choose from LM201, LM901"),
        (("--remedy", "explicit-clean"), "--remedy 'explicit-clean' is unknown: did you mean explicit-cleanup?"),
        (("--remedy", "upgrade"), "--remedy upgrade is not offered: Cures nothing. Instead: --target"),
        (("-q", "-v"), "--quiet and --verbose exclude each other"),
        (("nowhere",), "nowhere: no such folder"),
        (("tests/test_b.py",), "tests/test_b.py: give the folder, not a file"),
        ((".", "tests"), ". and tests overlap: each path is its own project, give one of them"),
        (
            ("tests", "tests/../tests"),
            "tests and tests/../tests overlap: each path is its own project, give one of them",
        ),
    ],
)
def test_wrong_values_are_usage_errors(world: World, arguments: tuple[str, ...], message: str) -> None:
    world.project(".", CLEAN)
    result = world.run("check", *arguments)
    assert (result.code, result.out, result.err) == (ExitCode.USAGE, "", f"error: {message}\n")
    assert world.seen == []


def test_folders_with_a_common_beginning_do_not_overlap(world: World) -> None:
    world.project("a", CLEAN)
    world.project("ab", CLEAN)
    assert world.run("check", "a", "ab").code == ExitCode.DONE


def test_a_link_to_a_project_overlaps_it(world: World) -> None:
    world.project("a", CLEAN)
    (world.here / "link").symlink_to("a", target_is_directory=True)
    assert world.run("check", "a", "link").err.startswith("error: a and link overlap")


def test_an_unknown_option_or_verb_gets_a_suggestion(world: World) -> None:
    unknown, typo = world.run("check", "--stratgy", "share"), world.run("chek")
    assert (unknown.code, typo.code) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "--strategy" in unknown.err
    assert "Did you mean 'check'?" in typo.err


@pytest.mark.parametrize(
    ("arguments", "variables", "colored"),
    [
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {}, False),
        ((), {}, False),
    ],
)
def test_color(
    world: World, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], variables: dict[str, str], colored: bool
) -> None:
    world.project(".", SICK)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in world.run("check", *arguments).out) is colored


def test_target_source_and_python_reach_the_settings(world):
    world.project("a", CLEAN)
    world.run("check", "a", "--target", "1.4", "--source", "0.21.2", "--python", ".venv", "--config", "target=1.0")
    assert {k: world.loaded[0][0][k] for k in ("target", "source", "python")} == {
        "target": "1.4",
        "source": "0.21.2",
        "python": ".venv",
    }
