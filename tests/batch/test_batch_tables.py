"""Tables for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from batch_samples import by_name, hostile, shard, written

from codemod.batch.outputs.tables import cell

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.batch.records import Result


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_projects_table(results: list[Result], tmp_path: Path) -> None:
    found = {row["project"]: row for row in rows(written(tmp_path, results)["projects.csv"])}
    assert list(found) == sorted(found)
    assert {name: row["status"] for name, row in found.items()} == {
        "mono/broken": "failed",
        "mono/libs/healthy": "clean",
        "mono/libs/seeded rows": "findings",
        "mono/services/api": "changed",
        "mono/services/old": "changed",
    }
    old = found["mono/services/old"]
    assert (old["checkout"], old["folder"], old["version"], old["target"]) == (
        "mono",
        "services/old",
        "0.21.2",
        "1.5.0",
    )
    assert (old["findings"], old["applied"], old["left"], old["shards"]) == ("3", "3", "0", "services-old")
    assert (old["files_changed"], old["lines_added"], old["lines_removed"]) == ("3", "3", "9")
    assert found["mono/libs/seeded rows"]["unsafe"] == "1"
    assert found["mono/broken"]["reason"] == "out of memory (limit 2 GB)"


def test_findings_table(results: list[Result], tmp_path: Path) -> None:
    found = rows(written(tmp_path, results)["findings.csv"])
    assert [(row["rule"], row["path"], row["line"], row["state"], row["shard"]) for row in found] == [
        ("LM201", "libs/seeded rows/conftest.py", "9", "needs --unsafe", ""),
        ("LM401", "services/api/conftest.py", "14", "applied", "services-api"),
        ("LM201", "services/api/conftest.py", "33", "applied", "services-api"),
        ("LM401", "services/old/conftest.py", "8", "applied", "services-old"),
        ("LM400", "services/old/pytest.ini", "1", "applied", "services-old"),
        ("LM501", "services/old/requirements-test.txt", "2", "applied", "services-old"),
    ]
    assert found[0]["todo"].startswith("a fixture that would be made anew for each test")
    assert all(row["id"].startswith(row["rule"]) for row in found)


def test_edits_table(results: list[Result], tmp_path: Path) -> None:
    found = written(tmp_path, results)["edits.csv"].split(b"\r\n")
    assert found == [
        b"project,path,rules,added,removed,shard",
        b"mono/services/api,services/api/conftest.py,LM201,1,10,services-api",
        b"mono/services/api,services/api/pytest.ini,LM201,2,1,services-api",
        b"mono/services/old,services/old/conftest.py,LM400,0,8,services-old",
        b"mono/services/old,services/old/pytest.ini,LM400,2,0,services-old",
        b"mono/services/old,services/old/requirements-test.txt,LM501,1,1,services-old",
        b"",
    ]


def test_failures_are_projects_and_files(results: list[Result], tmp_path: Path) -> None:
    one = by_name(results, "libs/healthy")
    report = one.report | {"failures": [{"path": "tests/a.py", "reason": "line 1, syntax error"}]}
    found = [replace(one, report=report) if each is one else each for each in results]
    assert rows(written(tmp_path, found)["failures.csv"]) == [
        {
            "project": "mono/broken",
            "file": "",
            "reason": "out of memory (limit 2 GB)",
            "retry": "loopmend batch retry mono/broken",
        },
        {
            "project": "mono/libs/healthy",
            "file": "libs/healthy/tests/a.py",
            "reason": "line 1, syntax error",
            "retry": "loopmend batch retry mono/libs/healthy",
        },
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain, text", "plain, text"),
        ('say "a"', 'say "a"'),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("'quoted'", "''quoted'"),
        ("\t=1", "\\x09=1"),
        ("\r\n=1", "\\x0d\\x0a=1"),
        ("a\x1b[0m\u202e\udcff", "a\\x1b[0m\\u202e\\udcff"),
        ("", ""),
        (12, "12"),
    ],
)
def test_cells(value: str | int, shown: str) -> None:
    assert cell(value) == shown


def test_a_cell_is_no_longer_than_spreadsheets_take() -> None:
    assert len(cell("x" * 100_000)) < 32_767


def test_tables_of_hostile_text_can_be_read(results: list[Result], tmp_path: Path) -> None:
    found = [hostile(one) if one.files else one for one in results]
    cut = [shard(one, slug=str(number)) for number, one in enumerate(found) if one.files]
    for name, data in written(tmp_path, found, cut).items():
        if name.endswith(".csv"):
            assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]|(?<!\r)\n|\r(?!\n)", data)
            assert not any(value.startswith(("=", "+", "-", "@")) for row in rows(data) for value in row.values())
            assert {len(row) for row in csv.reader(io.StringIO(data.decode(), newline=""))} == {len(rows(data)[0])}
