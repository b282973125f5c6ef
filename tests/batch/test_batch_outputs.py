"""What a batch leaves in its folder: for git, for people, for spreadsheets, for programs."""

from __future__ import annotations

import itertools
import json
import random
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from batch_samples import TEXTS, by_name, content, git, hostile, looked_at, retry, shard, shards, written

from codemod.batch.outputs import export
from codemod.batch.outputs.figures import results_json, schema
from codemod.batch.outputs.folder import MANIFEST, ExportError
from codemod.batch.outputs.message import subject
from codemod.batch.outputs.overview import summary_md
from codemod.batch.records import Result, Status, dump, load_result
from codemod.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.batch.outputs.view import Batch


# --- the folder ------------------------------------------------------------------------------------------------------


def test_names_of_the_outputs(results: list[Result], tmp_path: Path) -> None:
    paths = export(tmp_path / "out", results, shards(results), TEXTS, retry)
    assert [path.relative_to(tmp_path / "out").as_posix() for path in paths] == [
        "edits.csv",
        "failures.csv",
        "findings.csv",
        "patches/services-api.commit.txt",
        "patches/services-api.md",
        "patches/services-api.patch",
        "patches/services-old.commit.txt",
        "patches/services-old.md",
        "patches/services-old.patch",
        "projects.csv",
        "results.json",
        "summary.md",
    ]
    assert set(content(tmp_path / "out")) - {path.relative_to(tmp_path / "out").as_posix() for path in paths} == {
        MANIFEST
    }


def test_the_same_bytes_whatever_the_order_and_the_place(results: list[Result], mono: Path, tmp_path: Path) -> None:
    first = written(tmp_path / "one", results)
    again = [load_result(dump(replace(one, seconds=9.5, memory=1 << 30))) for one in results]
    again = [replace(one, files=tuple(reversed(one.files))) for one in again]
    random.Random(1).shuffle(again)
    cut = [replace(each, projects=tuple(reversed(each.projects))) for each in reversed(shards(again))]
    assert written(tmp_path / "two", again, cut) == first
    assert written(tmp_path / "two", again, cut) == first
    assert not any(str(mono).encode() in data or str(tmp_path).encode() in data for data in first.values())


def test_a_second_export_writes_nothing(results: list[Result], tmp_path: Path) -> None:
    written(tmp_path, results)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*") if path.name != MANIFEST}
    written(tmp_path, results)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_an_earlier_export_left_goes_and_nothing_else(results: list[Result], tmp_path: Path) -> None:
    written(tmp_path, results)
    (tmp_path / "patches/mine.patch").write_text("mine")
    (tmp_path / "notes.md").write_text("mine")
    fewer = [one for one in results if one.folder != "services/old"]
    left = written(tmp_path, fewer)
    assert {name for name in left if name.startswith("patches/")} == {
        "patches/mine.patch",
        *(f"patches/services-api.{end}" for end in ("patch", "md", "commit.txt")),
    }
    assert left["notes.md"] == b"mine"


def test_an_export_that_was_killed_is_cleaned_up_by_the_next(
    results: list[Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codemod.batch.outputs import folder

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    whole = written(tmp_path, results[:1])
    with monkeypatch.context() as patch:
        patch.setattr(folder, "_remove", killed)
        written(tmp_path, results)
        with pytest.raises(KeyboardInterrupt):
            written(tmp_path, results[:1])
    assert (tmp_path / "patches/services-old.md").exists()
    (tmp_path / "patches/.services-old.md.tmp").write_text("half")
    assert written(tmp_path, results[:1]) == whole


def test_a_file_of_another_origin_is_not_replaced(results: list[Result], tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("mine")
    with pytest.raises(ExportError, match=r"summary\.md is there and is not from an earlier export"):
        written(tmp_path, results)
    assert content(tmp_path) == {"summary.md": b"mine"}


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', '{"files": [3]}', '{"name": "an app"}'])
def test_a_manifest_of_another_program_is_not_replaced(results: list[Result], tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ExportError, match="not that of an export"):
        written(tmp_path, results)
    assert content(tmp_path) == {MANIFEST: text.encode()}


@pytest.mark.parametrize(
    "name", ["../keep.md", "/keep.md", "a/keep.md", "patches/../../keep.md", ".git/keep.md", "keep"]
)
def test_a_manifest_that_lies_deletes_nothing(results: list[Result], tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    for folder in ("a", ".git", "patches"):
        (out / folder).mkdir(parents=True)
    for place in (tmp_path / "keep.md", out / "a/keep.md", out / ".git/keep.md", out / "keep"):
        place.write_text("kept")
    (out / MANIFEST).write_text(json.dumps({"files": [name.replace("/keep", f"{tmp_path}/keep", name[0] == "/")]}))
    written(out, results)
    assert [data for name, data in content(tmp_path).items() if name.endswith(("keep.md", "keep"))] == [b"kept"] * 4


def test_nothing_is_written_through_a_link(results: list[Result], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/patches").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileError, match="symbolic link"):
        written(tmp_path / "out", results)
    assert list((tmp_path / "elsewhere").iterdir()) == []


# --- patches ---------------------------------------------------------------------------------------------------------


def test_git_takes_the_patches_from_the_top_in_any_order(results: list[Result], mono: Path, tmp_path: Path) -> None:
    names = [name for name in written(tmp_path / "out", results) if name.endswith(".patch")]
    after = set()
    for number, order in enumerate(itertools.permutations(sorted(names))):
        copy = tmp_path / str(number)
        shutil.copytree(mono, copy)
        for name in order:
            git(copy, "apply", "--check", str(tmp_path / "out" / name))
            git(copy, "apply", str(tmp_path / "out" / name))
        git(copy, "add", "-A")
        after.add(git(copy, "write-tree"))
    assert len(after) == 1
    assert len(names) == 2
    assert after != {git(mono, "rev-parse", "HEAD^{tree}").strip() + b"\n"}


# --- results.json and summary.md -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def loaded(batch: Batch) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(results_json(batch))
    return result


def test_results_are_as_the_schema_says(results: list[Result], validator: jsonschema.Draft202012Validator) -> None:
    verified = [replace(one, evidence={"verdict": "better"}) for one in results if one.files]
    found = [hostile(one) if one.files else one for one in results]
    validator.validate(loaded(looked_at(results)))
    validator.validate(loaded(looked_at(verified)))
    validator.validate(loaded(looked_at(found, [])))
    validator.validate(loaded(looked_at([])))


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: one.pop("loopmend"),
        lambda one: one.update(schema_version=2),
        lambda one: one.update(extra=1),
        lambda one: one["figures"]["status"].pop("failed"),
        lambda one: one["projects"][0].update(status="lost"),
        lambda one: one["projects"][0].update(verdict="fine"),
        lambda one: one["shards"][0]["files"][0].update(patch="secret"),
        lambda one: one["shards"][0].update(added=-1),
        lambda one: one["failures"][0].pop("retry"),
    ],
)
def test_the_schema_refuses_anything_else(
    results: list[Result], validator: jsonschema.Draft202012Validator, damage: Callable[[Any], object]
) -> None:
    wrong = loaded(looked_at(results))
    damage(wrong)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(wrong)


def test_figures(results: list[Result]) -> None:
    found = loaded(looked_at(results))
    assert found["figures"] == {
        "projects": 5,
        "status": {"changed": 2, "clean": 1, "findings": 1, "failed": 1},
        "findings": {"found": 6, "safe": 5, "unsafe": 1, "by_hand": 0, "applied": 5},
        "changed": {"files": 5, "added": 6, "removed": 20},
        "read": {"files": 9, "fixtures": 8, "tests": 12},
        "rules": [
            {"code": "LM201", "projects": 2, "findings": 2, "applied": 1, "left": 1},
            {"code": "LM400", "projects": 1, "findings": 1, "applied": 1, "left": 0},
            {"code": "LM401", "projects": 2, "findings": 2, "applied": 2, "left": 0},
            {"code": "LM501", "projects": 1, "findings": 1, "applied": 1, "left": 0},
        ],
        "versions": [{"from": "1.5.0", "to": "1.5.0", "projects": 3}, {"from": "0.21.2", "to": "1.5.0", "projects": 1}],
        "strategies": {"isolate": 1, "preserve": 1},
    }
    assert found["shards"][1]["rules"] == [
        {"code": "LM400", "answered": 1},
        {"code": "LM401", "answered": 1},
        {"code": "LM501", "answered": 1},
    ]
    assert [one["shards"] for one in found["projects"]] == [[], [], [], ["services-api"], ["services-old"]]


def test_results_hold_no_contents_of_files(results: list[Result]) -> None:
    text = results_json(looked_at(results))
    assert "import pytest" not in text
    assert all(file.patch not in text for one in results for file in one.files)


def test_remedies_that_a_verification_took_back_are_not_called_applied(results: list[Result]) -> None:
    one = by_name(results, "services/api")
    back = replace(one, files=(), status=Status.FINDINGS, evidence={"verdict": "worse"})
    batch = looked_at([back])
    assert loaded(batch)["figures"]["findings"] == {"found": 2, "safe": 0, "unsafe": 0, "by_hand": 2, "applied": 0}
    says = "not applied: the run of the tests did not prove it"
    assert all(each.todo.endswith(says) for each in batch.projects[0].left)


def test_a_shard_that_is_a_part_answers_only_its_findings(results: list[Result]) -> None:
    one = by_name(results, "services/old")
    pins = [file for file in one.files if file.rules == ("LM501",)]
    rest = [file for file in one.files if file.rules != ("LM501",)]
    cut = [shard(one, slug="pins", files=pins), shard(one, slug="rest", files=rest)]
    batch = looked_at([one], cut)
    assert [batch.weights(each) for each in batch.shards] == [{"LM501": 1}, {"LM400": 1, "LM401": 1}]
    assert subject(batch, batch.shards[0]) == "Raise pytest-asyncio, and pytest with it in services/old"


def test_summary(results: list[Result]) -> None:
    text = summary_md(looked_at(results))
    assert (
        "5 projects, 9 files with 12 tests and 8 fixtures read. 6 findings: 5 answered by the patches, 1 left." in text
    )
    assert "| changed | 2 | has a patch |\n| clean | 1 | nothing to do |\n| findings | 1 | no patch, but" in text
    assert "| `0.21.2` | `1.5.0` | 1 |" in text
    assert "| `LM201` | a fixture's loop-bound value is used on another loop | 2 | 2 | 1 | 1 |" in text
    assert "| `mono/libs/seeded rows` | `LM201` | needs `--unsafe` | 1 |" in text
    assert "| `mono/broken` |  | out of memory (limit 2 GB) | `loopmend batch retry mono/broken` |" in text
    assert "| `patches/services-api.patch` | 1 | 2 | 3 | 11 |" in text


def test_summary_names_a_place_that_projects_share_once(results: list[Result]) -> None:
    one = by_name(results, "libs/seeded rows")
    other = replace(one, project="mono/libs/other", folder="libs/other")
    shared, own = (
        one.report | {"findings": [finding | {"location": finding["location"] | {"path": path, "line": 7}}]}
        for finding in one.report["findings"][:1]
        for path in ("../../pyproject.toml", "conftest.py")
    )
    assert "for several" not in summary_md(looked_at([replace(each, report=own) for each in (one, other)]))
    text = summary_md(looked_at([replace(each, report=shared) for each in (one, other)]))
    assert "## Left to do once for several projects\n" in text
    assert "| `mono` | `pyproject.toml:7` | `LM201` | 2 |" in text


def test_summary_of_nothing() -> None:
    text = summary_md(looked_at([]))
    assert "0 projects" in text
    assert "## " not in text


def test_long_lists_of_the_summary_are_cut(results: list[Result]) -> None:
    one = by_name(results, "services/api")
    many = [replace(one, project=f"r{number}/services/api") for number in range(300)]
    many += [Result(f"bad{number}", "", Status.FAILED, reason="hung") for number in range(300)]
    cut = [shard(one, slug=f"s{number}") for number, one in enumerate(many) if one.files]
    text = summary_md(looked_at(many, cut))
    assert text.count("\n") < 200
    assert text.index("`patches/s0.patch`") > text.index("## Biggest patches")
    assert "… and 280 more." in text
    assert "… and 200 more." in text
