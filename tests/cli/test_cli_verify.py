from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
from cli_world import AFTER, BEFORE, CLEAN, CURE, MANUAL, SICK
from referencing import Registry, Resource

from codemod.errors import ExitCode, FileError, LoopmendError, VcsError
from codemod.evidence import Comparison, End, Evidence, Outcome, Phase, RolledBack, SuiteRun, TestRun, Verdict
from codemod.model import Applicability, FileFailure
from codemod.report import evidence_json
from codemod.report import json as report_json
from codemod.verify import Verified
from codemod.verify.options import Options

if TYPE_CHECKING:
    from pathlib import Path

    from cli_world import World

RUN = SuiteRun(End.FINISHED, 0, 1.0, (TestRun("t.py::t", Outcome.PASSED, (Phase("call", Outcome.PASSED, 0.1),)),))
WARNING = (
    "This executes the project's own code (its tests, conftest.py files and plugins), as you, in a throw-away copy.\n"
)
BETTER = Verified(
    SICK,
    Evidence(
        "elsewhere",
        "python -m pytest",
        "python",
        Verdict.BETTER,
        RUN,
        RUN,
        Comparison(),
        files=("tests/conftest.py",),
        kept=(("LM201", "one loop per test"),),
        runs=2,
        strategy="isolate",
    ),
)
HEALTHY = Verified(CLEAN, replace(BETTER.evidence, verdict=Verdict.UNCHANGED, after=None, comparison=None, runs=1))
REFUSED = replace(CURE, applicability=Applicability.DISPLAY, condition="withdrawn: no")
NO = replace(SICK, remedies=(), withheld=(REFUSED,), changes=())
ROLLED = RolledBack("LM201", "one loop per test", ("t.py::t",))


def with_verdict(verdict: Verdict, **fields: object) -> Verified:
    return Verified(NO, replace(BETTER.evidence, verdict=verdict, files=(), kept=(), **fields))  # type: ignore[arg-type]


WORSE = with_verdict(Verdict.WORSE, rolled_back=(ROLLED,))


def conftest(folder: Path) -> bytes:
    return (folder / "tests/conftest.py").read_bytes()


# --- what is said, and the exit code ---------------------------------------------------------------------------------


def test_evidence_is_data_and_the_rest_is_not(world: World) -> None:
    folder = world.project(".", SICK)
    world.verdicts = [BETTER]
    result = world.run("verify")
    assert result.code == ExitCode.DONE
    assert result.err.startswith(f"{WARNING}running `python -m pytest`\n")
    assert result.err.endswith("Next: loopmend diff to preview, loopmend migrate to apply 1.\n")
    assert result.out.startswith("before  1 passed")
    assert "kept: 1 change\n" in result.out
    assert conftest(folder) == BEFORE


def test_quiet_leaves_the_verdict_and_the_warning(world: World) -> None:
    world.project(".", SICK)
    world.verdicts = [BETTER]
    result = world.run("verify", "-q")
    assert result.out == "Better: nothing got worse.\n"
    assert result.err == WARNING


@pytest.mark.parametrize(
    ("verified", "code"),
    [
        (BETTER, ExitCode.DONE),
        (HEALTHY, ExitCode.DONE),
        (replace(BETTER, report=replace(SICK, findings=(*SICK.findings, MANUAL))), ExitCode.FINDINGS),
        (replace(BETTER, report=replace(SICK, failures=(FileFailure("a.py", "no"),))), ExitCode.FILES_FAILED),
        (WORSE, ExitCode.VERIFICATION_FAILED),
        (with_verdict(Verdict.UNPROVEN), ExitCode.VERIFICATION_FAILED),
        (replace(BETTER, evidence=replace(BETTER.evidence, rolled_back=(ROLLED,))), ExitCode.VERIFICATION_FAILED),
    ],
)
def test_exit_codes(world: World, verified: Verified, code: ExitCode) -> None:
    world.project(".", SICK)
    world.verdicts = [verified]
    assert world.run("verify").code == code


def test_several_projects(world: World) -> None:
    world.project("one", SICK)
    world.project("two", CLEAN)
    world.verdicts = [BETTER, HEALTHY]
    result = world.run("verify", "two", "one")
    assert result.code == ExitCode.DONE
    assert [name for name, *_ in world.verified] == ["one", "two"]
    assert result.out.index("Project one\n") < result.out.index("Project two\n")


def test_what_is_known_is_shown_where_a_later_project_fails(world: World) -> None:
    world.project("one", SICK)
    world.project("two", SICK)
    world.verdicts = [BETTER, LoopmendError("two: no Python with pytest was found")]
    result = world.run("verify", "one", "two", "--evidence", "evidence.txt")
    assert result.code == ExitCode.USAGE
    assert result.out.endswith("Better: nothing got worse.\nRun: python -m pytest\n")
    assert result.err.endswith("error: two: no Python with pytest was found\n")
    assert "Better" in (world.here / "evidence.txt").read_text()


# --- options ---------------------------------------------------------------------------------------------------------


def test_options_are_handed_on(world: World) -> None:
    world.project(".", SICK)
    world.verdicts = [BETTER]
    words = (
        "--with pytest-asyncio==1.5.0 --with pytest>=9 --env A=1=2 --env B= --timeout 1.5 --output-limit 3 --max-runs 7"
    )
    world.run("verify", *words.split(), "--command", "tox -e 'py 3'", "--", "-k", "a or b", "--", "-x")
    assert world.verified[0][2] == Options(
        requirements=("pytest-asyncio==1.5.0", "pytest>=9"),
        arguments=("-k", "a or b", "--", "-x"),
        command=("tox", "-e", "py 3"),
        variables=(("A", "1=2"), ("B", "")),
        seconds=1.5,
        output=3_000_000,
        runs=7,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--timeout", "0"), "--timeout 0 must be more than 0"),
        (("--timeout", "nan"), "--timeout nan must be more than 0"),
        (("--output-limit", "-1"), "--output-limit -1 must be more than 0"),
        (("--max-runs", "0"), "--max-runs 0 must be more than 0"),
        (("--max-runs", "1"), "--max-runs 1 is too few: the suite is run before and after the change"),
        (("--env", "A"), "--env A: write NAME=VALUE"),
        (("--env", "=1"), "--env =1: write NAME=VALUE"),
        (("--command", "pytest '"), "--command pytest ': No closing quotation"),
        (("--evidence", "a.html"), "--evidence a.html: the name must end in .md, .json or .txt"),
        (("--evidence", "no/a.md"), "--evidence no/a.md: there is no folder no"),
        (("--evidence", "tests/conftest.py/a.md"), "--evidence tests/conftest.py/a.md: there is no folder"),
        (("--evidence", "folder.md"), "--evidence folder.md cannot be written"),
        (
            ("--strategy", "best", "--remedy", "explicit-cleanup"),
            "--strategy best has nothing to choose from beside --remedy, which is applied alone",
        ),
    ],
)
@pytest.mark.parametrize("verb", [("verify",), ("migrate", "--verify")])
def test_wrong_values_are_refused_before_anything_runs(
    world: World, verb: tuple[str, ...], arguments: tuple[str, ...], message: str
) -> None:
    world.project(".", SICK)
    (world.here / "folder.md").mkdir()
    result = world.run(*verb, *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err.startswith(f"error: {message}")
    assert world.verified == []


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (("--with", "pytest>=9"), "--with"),
        (("--env", "A=1", "--max-runs", "3"), "--env, --max-runs"),
        (("--evidence", "a.md"), "--evidence"),
        (("--", "-k", "a"), "--"),
    ],
)
def test_options_of_runs_are_for_runs(world: World, arguments: tuple[str, ...], flags: str) -> None:
    world.project(".", SICK)
    result = world.run("migrate", *arguments)
    assert result.code == ExitCode.USAGE
    assert result.err == f"error: {flags}: only where the suite is run, with --verify or loopmend verify\n"


@pytest.mark.parametrize("verb", ["check", "diff", "migrate", "config"])
def test_the_best_strategy_needs_runs(world: World, verb: str) -> None:
    world.project(".", SICK)
    result = world.run(verb, "--strategy", "best")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err.startswith("error: --strategy best runs the suite: use it with loopmend verify")


def test_hints_name_the_strategy_that_was_chosen(world: World) -> None:
    more = replace(CURE, code="LM901", applicability=Applicability.UNSAFE, findings=(MANUAL.id,))
    left = replace(SICK, strategy="share", findings=(*SICK.findings, MANUAL), withheld=(more,))
    world.project(".", replace(left, findings=(MANUAL,), remedies=(), changes=()))
    world.verdicts = [Verified(left, replace(BETTER.evidence, strategy="share"))]
    result = world.run("migrate", "--verify", "--strategy", "best")
    assert "Next: loopmend diff --unsafe --strategy share to preview" in result.out
    assert "best" not in result.out + result.err
    assert world.verified[0][2].best
    assert [settings.strategy for _, settings in world.seen] == ["share"]


# --- files and JSON --------------------------------------------------------------------------------------------------


def test_evidence_is_written_in_each_format(world: World) -> None:
    world.project(".", SICK)
    world.verdicts = [BETTER]
    names = ("a.md", "a.json", "a.txt")
    result = world.run("verify", *(word for name in names for word in ("--evidence", name)))
    assert result.code == ExitCode.DONE
    assert (world.here / "a.md").read_text().startswith("### Evidence from the tests\n")
    assert json.loads((world.here / "a.json").read_text())["projects"][0]["root"] == "."
    assert (world.here / "a.txt").read_text().startswith("before  1 passed")


def test_evidence_that_cannot_be_written_in_the_end_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.project(".", SICK)
    world.verdicts = [BETTER]
    verify = world.verify

    def spoil(*arguments: object) -> Verified:
        (world.here / "a.md").mkdir()
        return verify(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sys.modules["codemod.verify"], "verify", spoil)
    result = world.run("verify", "--evidence", "a.md")
    assert result.code == ExitCode.FILES_FAILED
    assert "Better" in result.out
    assert result.err.endswith("error: a.md: the evidence cannot be written: Is a directory\n")


def both_schemas() -> jsonschema.Draft202012Validator:
    evidence = evidence_json.schema()
    registry = Registry().with_resource(evidence["$id"], Resource.from_contents(evidence))
    return jsonschema.Draft202012Validator(report_json.schema(), registry=registry)


def test_verify_gives_one_document(world: World) -> None:
    world.project("one", SICK)
    world.project("two", SICK)
    world.verdicts = [BETTER, WORSE]
    result = world.run("verify", "one", "two", "--output-format", "json")
    data = json.loads(result.out)
    jsonschema.Draft202012Validator(evidence_json.schema()).validate(data)
    assert [(one["root"], one["verdict"]) for one in data["projects"]] == [("one", "better"), ("two", "worse")]


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_migrate_gives_one_document(world: World, dry_run: tuple[str, ...]) -> None:
    folder = world.project(".", SICK)
    world.verdicts = [BETTER]
    data = json.loads(world.run("migrate", "--verify", "--output-format", "json", *dry_run).out)
    both_schemas().validate(data)
    assert [*data] == ["schema_version", "projects", "evidence"]
    assert data["evidence"][0]["verdict"] == "better"
    assert data["projects"][0]["changes"][0]["path"] == "tests/conftest.py"
    assert conftest(folder) == (BEFORE if dry_run else AFTER)
    data["evidence"][0]["verdict"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        both_schemas().validate(data)


# --- migrate --verify ------------------------------------------------------------------------------------------------


def test_migrate_writes_what_was_verified(world: World) -> None:
    folder = world.project(".", SICK)
    world.verdicts = [BETTER]
    result = world.run("migrate", "--verify", "--evidence", "a.md")
    assert (result.code, conftest(folder)) == (ExitCode.DONE, AFTER)
    assert result.out.index("Mended 1 finding.") < result.out.index("Better: ")
    assert "Undo with: loopmend undo" in result.err
    assert world.seen == []
    assert (world.here / "a.md").exists()


@pytest.mark.parametrize("verified", [WORSE, with_verdict(Verdict.UNPROVEN)])
def test_migrate_writes_nothing_that_was_not(world: World, verified: Verified) -> None:
    folder = world.project(".", SICK)
    world.verdicts = [verified]
    result = world.run("migrate", "--verify")
    assert (result.code, conftest(folder)) == (ExitCode.VERIFICATION_FAILED, BEFORE)
    assert "Mended" not in result.out
    assert "condition: withdrawn: no" in result.out
    assert "Undo" not in result.err


def test_migrate_writes_what_holds_in_one_project_of_two(world: World) -> None:
    one, two = world.project("one", SICK), world.project("two", SICK)
    world.verdicts = [WORSE, BETTER]
    result = world.run("migrate", "--verify", "one", "two")
    assert result.code == ExitCode.VERIFICATION_FAILED
    assert (conftest(one), conftest(two)) == (BEFORE, AFTER)


def test_dry_run_prints_a_patch_for_git_alone(world: World) -> None:
    folder = world.project(".", SICK)
    world.verdicts = [BETTER]
    world.guard_error = VcsError("dirty")
    result = world.run("migrate", "--verify", "--dry-run")
    assert result.code == ExitCode.FINDINGS
    assert result.out_bytes.startswith(b"diff --git a/tests/conftest.py")
    assert "Better" not in result.out
    assert "Better: nothing got worse." in result.err
    assert conftest(folder) == BEFORE


def test_a_dirty_tree_is_refused_before_the_first_run(world: World) -> None:
    world.project(".", SICK)
    world.guard_error = VcsError("the work tree is not clean")
    result = world.run("migrate", "--verify")
    assert (result.code, result.out, world.verified) == (ExitCode.USAGE, "", [])
    assert "the work tree is not clean" in result.err
    assert WARNING not in result.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_the_runs_showed_is_told_where_nothing_can_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    folder = world.project(".", SICK)
    world.verdicts = [BETTER]

    def fail(*_: object) -> None:
        raise FileError("tests/conftest.py", "was changed")

    monkeypatch.setattr("codemod.source.write.apply", fail)
    result = world.run("migrate", "--verify", "--evidence", "a.md", "--output-format", form)
    assert (result.code, conftest(folder)) == (ExitCode.FILES_FAILED, BEFORE)
    assert json.loads(result.out)["projects"][0]["verdict"] == "better" if form == "json" else "Better" in result.out
    assert (world.here / "a.md").exists()
    assert "error: tests/conftest.py: was changed" in result.err
