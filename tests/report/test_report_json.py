from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_args

import jsonschema
import pytest
from report_samples import CONFTEST, CROSSING, OPERATIONS, clean, project

from codemod import model, operations
from codemod.model import FileChange, OptionValue, Report
from codemod.operations import Operation
from codemod.report.json import dump, render, render_options, schema


def count(change: FileChange) -> tuple[int, int]:
    return len(change.after), len(change.before or b"")


def loaded(*projects: model.ProjectReport) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(render(Report(projects), count))
    return result


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_every_kind_of_value_is_valid(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(loaded(project(), clean(root="b")))
    validator.validate(loaded())


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: one.pop("schema_version"),
        lambda one: one.update(schema_version=2),
        lambda one: one.update(extra=1),
        lambda one: one["projects"][0].pop("root"),
        lambda one: one["projects"][0]["findings"][0].update(applicability="SAFE"),
        lambda one: one["projects"][0]["findings"][0]["location"].update(line=0),
        lambda one: one["projects"][0]["remedies"][0]["operations"][0].update(kind="Other"),
        lambda one: one["projects"][0]["remedies"][0]["operations"][0].pop("span"),
        lambda one: one["projects"][0]["changes"][0].update(after="secret"),
    ],
)
def test_the_schema_refuses_anything_else(validator: jsonschema.Draft202012Validator, damage: Any) -> None:
    wrong = loaded(project())
    damage(wrong)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(wrong)


def test_the_schema_knows_every_class_and_field_of_the_model() -> None:
    definitions = schema()["$defs"]
    words = vars(model) | vars(operations)
    plain = [words[name] for name in definitions if name not in {"Applicability", "Operation", "FileChange"}]
    assert {operation.__name__ for operation in get_args(Operation)} <= set(definitions)
    for cls in plain:
        kind = ["kind"] if cls in get_args(Operation) else []
        assert list(definitions[cls.__name__]["properties"]) == kind + [field.name for field in fields(cls)], cls


def test_the_sample_holds_every_operation() -> None:
    assert {type(operation) for operation in OPERATIONS} == set(get_args(Operation))


def test_operations_carry_their_kind_first() -> None:
    operations = loaded(project())["projects"][0]["remedies"][0]["operations"]
    kinds = [operation["kind"] for operation in operations]
    assert kinds == [type(operation).__name__ for operation in OPERATIONS]
    assert operations[kinds.index("SetOption")] == {
        "kind": "SetOption",
        "path": "pytest.ini",
        "section": ["pytest"],
        "key": "asyncio_default_fixture_loop_scope",
        "value": "function",
    }


def test_words_not_numbers() -> None:
    one = loaded(project())["projects"][0]
    assert [finding["applicability"] for finding in one["findings"]] == ["safe", "display", "display"]
    assert one["withheld"][0]["applicability"] == "unsafe"


def test_changes_tell_sizes_but_no_contents() -> None:
    text = render(Report((project(),)), count)
    assert json.loads(text)["projects"][0]["changes"] == [
        {"path": "tests/conftest.py", "new": False, "added": len(CONFTEST) + 1, "removed": len(CONFTEST)},
        {"path": "new.py", "new": True, "added": 2, "removed": 0},
    ]
    assert "import pytest\\n" not in text


def test_the_order_of_keys_is_fixed() -> None:
    text = render(Report((project(),)), count)
    assert text == render(Report((project(),)), count)
    assert list(json.loads(text)) == ["schema_version", "projects"]
    assert list(json.loads(text)["projects"][0]) == [field.name for field in fields(model.ProjectReport)]


def test_the_text_is_ascii_and_keeps_every_character() -> None:
    name = "\x1b\u202e\udcff\U0001f600.py"
    text = render(Report((clean(root=name),)), count)
    assert text.isascii()
    assert text.endswith("}\n")
    assert "\x1b" not in text
    assert json.loads(text)["projects"][0]["root"] == name


def test_options_of_each_project() -> None:
    other = {"value": "auto", "origin": "tox.ini:2", "reason": "pytest.ini comes first"}
    option = {"name": "asyncio_mode", "value": None, "origin": "default", "overrides": [other]}
    overridden = model.Overridden("auto", "tox.ini:2", "pytest.ini comes first")
    run = ("tox.ini:5", "overrides nothing", "")
    command = {"place": "tox.ini:5", "says": "overrides nothing", "counts": ""}
    text = render_options([("a", (OptionValue("asyncio_mode", None, "default", (overridden,)),), [run]), ("b", (), ())])
    assert json.loads(text) == {
        "schema_version": 1,
        "projects": [
            {"root": "a", "options": [option], "commands": [command]},
            {"root": "b", "options": [], "commands": []},
        ],
    }


def test_dump_keeps_the_order_it_is_given() -> None:
    assert list(json.loads(dump({"b": 1, "a": 2}))) == ["schema_version", "b", "a"]


def test_steps_say_null_where_no_loop_is() -> None:
    steps = loaded(project(findings=(CROSSING,)))["projects"][0]["findings"][0]["steps"]
    assert [step["loop"] for step in steps] == ["function", "session", None]
