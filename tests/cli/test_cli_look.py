from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cli_world import CLEAN, MANUAL, SICK

from codemod import __version__
from codemod.errors import ExitCode

if TYPE_CHECKING:
    from cli_world import World

VERBS = ("check", "diff", "migrate", "verify", "explain", "rules", "config", "undo", "demo")
PROJECT_OPTIONS = ("--strategy", "--select", "--ignore", "--unsafe", "--target", "--source", "--remedy", "--config")
SCREEN_OPTIONS = ("--output-format", "--quiet", "--verbose", "--color", "--no-progress")


@pytest.mark.parametrize("topic", ["LM201", "lm201", "crossing-connection"])
def test_explain_a_rule_by_code_or_name(world: World, topic: str) -> None:
    result = world.run("explain", topic)
    assert result.out == (
        "LM201 crossing-connection (since 0.1.0, fixes at most safe)\n\nWhat it does\n    Finds it.\n"
    )
    assert (result.code, world.seen) == (ExitCode.DONE, [])


def test_explain_what_is_left_out_on_purpose(world: World) -> None:
    assert world.run("explain", "pool-pre-ping").out == "pool-pre-ping: no rule, on purpose\n\nIt cures nothing.\n"


def test_explain_a_rule_as_json(world: World) -> None:
    rule = json.loads(world.run("explain", "LM901", "--output-format", "json").out)["rule"]
    assert (rule["code"], rule["max_applicability"], rule["doc"]) == ("LM901", "display", "What it does\n    Tells.\n")


def test_explain_a_finding_of_this_project(world: World) -> None:
    world.project("a", SICK)
    world.project("b", CLEAN)
    result = world.run("explain", "LM201-aaaa", "a", "b")
    assert result.out.startswith("a/tests/conftest.py:1:1 LM201 [safe] crosses\n")
    assert "   fix (safe): one loop per test\n" in result.out
    assert result.err == "Next: loopmend explain LM201 for the rule.\n"
    assert result.code == ExitCode.DONE


def test_explain_a_finding_as_json_has_no_other(world: World) -> None:
    world.project(".", SICK)
    report = json.loads(world.run("explain", "LM201-aaaa", "--output-format", "json").out)["projects"][0]
    assert [finding["id"] for finding in report["findings"]] == ["LM201-aaaa"]


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("LM20", "explain 'LM20' is unknown: did you mean LM201"),
        ("nonsense", "explain 'nonsense' is unknown: choose from LM201, LM901, crossing-connection"),
        ("LM201-aaab", "finding 'LM201-aaab' is unknown: did you mean LM201-aaaa?"),
    ],
)
def test_explain_what_is_not_there(world: World, topic: str, message: str) -> None:
    world.project(".", SICK)
    result = world.run("explain", topic)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err.startswith(f"error: {message}")


def test_explain_a_finding_in_a_healthy_project(world: World) -> None:
    world.project(".", CLEAN)
    assert world.run("explain", "LM201-aaaa").err == "error: finding 'LM201-aaaa' is unknown: there is none\n"


def test_rules(world: World) -> None:
    assert world.run("rules").out == (
        "LM201 crossing-connection (at most safe)\n      a connection crosses loops\n"
        "LM901 replaced-loop (at most display)\n      the loop is replaced\n"
        "\nNo rule, on purpose:\n  pool-pre-ping: It cures nothing.\n"
    )


def test_rules_as_json(world: World) -> None:
    data = json.loads(world.run("rules", "--output-format", "json").out)
    assert data["schema_version"] == 1
    assert [rule["code"] for rule in data["rules"]] == ["LM201", "LM901"]
    assert data["excluded"] == {"pool-pre-ping": "It cures nothing."}


def test_remedies(world: World) -> None:
    assert world.run("rules", "--remedies").out == (
        "--remedy explicit-cleanup: close it\n  does: closes\n  does not cure: most\n  instead: isolate\n"
        "upgrade (not offered): upgrade\n  does: raises the pin\n  does not cure: Cures nothing.\n  instead: --target\n"
    )


def test_remedies_as_json(world: World) -> None:
    data = json.loads(world.run("rules", "--remedies", "--output-format", "json").out)
    assert [(remedy["name"], remedy["offered"]) for remedy in data["remedies"]] == [
        ("explicit-cleanup", True),
        ("upgrade", False),
    ]


def test_config(world: World) -> None:
    world.project(".", CLEAN)
    assert world.run("config").out == "asyncio_mode  auto  pytest.ini:2\n"
    assert world.seen == []


def test_config_lists_how_pytest_is_run(world: World) -> None:
    world.project(".", CLEAN)
    world.commands = (
        ("tox.ini:5", "overrides asyncio_mode = auto", "in force"),
        ("Makefile:2", "overrides nothing", ""),
    )
    said = world.run("config").out.partition("\n\n")[2]
    assert said == (
        "pytest is run by\n  tox.ini:5: overrides asyncio_mode = auto (in force)\n  Makefile:2: overrides nothing\n"
    )


def test_config_asks_about_a_command_line(world: World) -> None:
    world.project(".", CLEAN)
    assert world.run("config", "--pytest-args", "-o x=1 -q").out.endswith("args  -o x=1 -q  command line\n")
    assert world.run("config", "--pytest-args", "-k 'x").code == ExitCode.USAGE


def test_config_does_not_take_options_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.project(".", CLEAN)
    assert world.run("config").err == ""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-o asyncio_mode=strict")
    result = world.run("config")
    assert result.out == "asyncio_mode  auto  pytest.ini:2\n"
    assert "PYTEST_ADDOPTS is set here and was not used" in result.err


def test_config_of_several_projects_has_titles(world: World) -> None:
    world.project("a", CLEAN)
    world.project("b", CLEAN)
    row = "asyncio_mode  auto  pytest.ini:2\n"
    assert world.run("config", "a", "b").out == f"Project a\n{row}\nProject b\n{row}"


def test_config_as_json(world: World) -> None:
    world.project(".", CLEAN)
    data = json.loads(world.run("config", "--output-format", "json").out)
    assert data["projects"] == [
        {
            "root": ".",
            "options": [{"name": "asyncio_mode", "value": "auto", "origin": "pytest.ini:2", "overrides": []}],
            "commands": [],
        }
    ]


def test_config_sees_the_same_overrides(world: World) -> None:
    world.project(".", CLEAN)
    world.run("config", "--select", "LM2", "--isolated")
    assert world.loaded == [({"select": ("LM2",)}, True)]


def test_the_demo_prints_and_its_code_is_ours(world: World) -> None:
    result = world.run("demo")
    assert (result.code, result.out) == (ExitCode.VERIFICATION_FAILED, "the demo\n")


def test_version(world: World) -> None:
    result = world.run("--version")
    assert (result.code, result.out) == (ExitCode.DONE, f"loopmend {__version__}\n")


def test_help_lists_every_verb(world: World) -> None:
    result = world.run("--help")
    listed = [line.split()[0] for line in result.out.partition("Commands:")[2].splitlines() if line.strip()]
    assert (result.code, listed) == (ExitCode.DONE, [*VERBS, "batch"])


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb(world: World, verb: str) -> None:
    result = world.run(verb, "--help")
    assert (result.code, result.err) == (ExitCode.DONE, "")
    wanted = PROJECT_OPTIONS if verb in {"check", "diff", "migrate", "explain", "config"} else ()
    assert [option for option in (*wanted, *SCREEN_OPTIONS) if option not in result.out] == []


@pytest.mark.parametrize("verb", ["check", "diff", "explain", "config", "undo"])
def test_only_migrate_takes_the_flags_of_writing(world: World, verb: str) -> None:
    world.project(".", SICK, MANUAL)  # type: ignore[arg-type]
    assert world.run(verb, "--allow-dirty").code == ExitCode.USAGE
