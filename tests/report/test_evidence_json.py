from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import EnumMeta
from typing import Any

import evidence_samples as samples
import jsonschema
import pytest

from codemod import evidence
from codemod.evidence import Evidence
from codemod.report.evidence_json import render, schema


def loaded(*projects: Evidence) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(render(projects))
    return result


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_every_sample_is_valid(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(loaded(*samples.everything(), samples.hostile()))
    validator.validate(loaded())


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: one.pop("schema_version"),
        lambda one: one.update(schema_version=2),
        lambda one: one.update(extra=1),
        lambda one: one["projects"][0].pop("root"),
        lambda one: one["projects"][0].update(verdict="fine"),
        lambda one: one["projects"][0].update(after={}),
        lambda one: one["projects"][0]["before"].update(end="exploded"),
        lambda one: one["projects"][0]["before"]["tests"][0].update(outcome="ok"),
        lambda one: one["projects"][0]["before"]["versions"][0].pop("version"),
        lambda one: one["projects"][0]["comparison"]["changes"][0].update(change="odd"),
        lambda one: one["projects"][0]["comparison"]["slower"].append(["a", 1, 2]),
    ],
)
def test_the_schema_refuses_anything_else(validator: jsonschema.Draft202012Validator, damage: Any) -> None:
    wrong = loaded(samples.better())
    damage(wrong)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(wrong)


def test_the_schema_knows_every_class_and_field() -> None:
    definitions = schema()["$defs"]
    known = {name: value for name, value in vars(evidence).items() if is_dataclass(value)}
    words = {
        name: value
        for name, value in vars(evidence).items()
        if isinstance(value, EnumMeta) and value.__module__ == evidence.__name__
    }
    assert set(definitions) == {*known, *words}
    for name, cls in known.items():
        names = [field.name for field in fields(cls)]
        assert list(definitions[name]["properties"]) == definitions[name]["required"] == names, name
    for name, word in words.items():
        assert definitions[name]["enum"] == [one.value for one in word], name


def test_pairs_have_names() -> None:
    one = loaded(samples.better())["projects"][0]
    assert one["before"]["versions"][0] == {"name": "python", "version": "3.12.4"}
    assert one["kept"][0] == {"code": "LM200", "title": "give `db0` the loop of its tests"}
    assert one["comparison"]["slower"] == [{"id": "tests/test_a.py::test_7", "before": 0.6, "after": 2.25}]
    crashed = loaded(samples.hostile())["projects"][0]["after"]
    assert crashed["collect_errors"] == [{"id": samples.HOSTILE, "text": samples.HOSTILE}]


def test_what_is_not_there_is_null() -> None:
    one = loaded(samples.unchanged())["projects"][0]
    assert (one["after"], one["comparison"]) == (None, None)
    assert loaded(samples.hung())["projects"][0]["after"]["status"] is None


def test_the_order_of_keys_is_fixed() -> None:
    result = loaded(samples.better())
    assert list(result) == ["schema_version", "projects"]
    assert list(result["projects"][0]) == [field.name for field in fields(Evidence)]


def test_the_text_is_ascii_and_keeps_every_character() -> None:
    text = render([samples.hostile()])
    assert text.isascii()
    assert text.endswith("}\n")
    assert "\x1b" not in text
    assert json.loads(text)["projects"][0]["root"] == samples.HOSTILE
