"""The journal of a batch: what was written whole is there again, whatever a kill or a stranger left beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.command import run, without_powers

from codemod.batch.journal import SCHEMA_VERSION, Journal, Order
from codemod.batch.keys import Keys
from codemod.batch.records import FilePatch, Result, Status, dump
from codemod.errors import UsageError
from codemod.model import StrategyName
from codemod.project.settings import load, parse_pair

ORDER = Order(("/somewhere",))
FILE = FilePatch("a/test_é.py", FilePatch.encoded(b"patch\xff"), 1, 2, ("LM201", "LM202"), 1)
FIRST = Result("mono/a", "a", Status.CHANGED, "k1", report={"root": "a", "notes": ["é\u2028\udcff"]}, files=(FILE,))
SECOND = Result("mono/b", "b", Status.FAILED, "k2", reason="its worker died: SIGKILL", seconds=1.5, memory=7)
LINE = dump(SECOND).encode("ascii")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a batch with two results."""
    out = tmp_path / "out"
    with Journal.create(out, ORDER) as journal:
        journal.append(FIRST)
        journal.append(SECOND)
    return out


def lines(folder: Path) -> Path:
    return folder / "journal.jsonl"


def read(folder: Path) -> dict[str, Result]:
    return Journal.open(folder)[0].results()


def append(folder: Path, result: Result) -> None:
    with Journal.open(folder)[0] as journal:
        journal.append(result)


def test_results_are_read_back(folder: Path) -> None:
    assert read(folder) == {"mono/a": FIRST, "mono/b": SECOND}


def test_a_new_one_has_no_results(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "deep" / "er", ORDER)
    assert journal.results() == {}
    with journal:
        assert journal.results() == {}


def test_a_result_is_on_disk_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "out", ORDER) as journal:
        journal.append(FIRST)
        assert lines(journal.folder).read_bytes() == f"{dump(FIRST)}\n".encode()


def test_the_last_result_of_a_project_counts(folder: Path) -> None:
    mended = replace(SECOND, status=Status.CLEAN, reason="")
    append(folder, mended)
    assert read(folder) == {"mono/a": FIRST, "mono/b": mended}


def test_a_line_that_was_not_written_whole_does_not_count(folder: Path) -> None:
    first = lines(folder).read_bytes().splitlines(keepends=True)[0]
    for size in range(len(LINE)):
        lines(folder).write_bytes(first + LINE[:size])
        assert read(folder) == {"mono/a": FIRST}, size


@pytest.mark.parametrize("size", [0, 1, len(LINE) // 2, len(LINE) - 1])
def test_a_line_that_was_not_written_whole_spoils_no_other(folder: Path, size: int) -> None:
    lines(folder).write_bytes(lines(folder).read_bytes() + LINE[:size])
    third = replace(FIRST, project="mono/c")
    append(folder, third)
    append(folder, FIRST)
    assert read(folder) == {"mono/a": FIRST, "mono/b": SECOND, "mono/c": third}


def test_a_line_that_lacks_only_its_end_counts(folder: Path) -> None:
    lines(folder).write_bytes(lines(folder).read_bytes()[:-1])
    assert set(read(folder)) == {"mono/a", "mono/b"}
    append(folder, replace(FIRST, project="mono/c"))
    assert set(read(folder)) == {"mono/a", "mono/b", "mono/c"}


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 4096,
        b"\xff\xfe\x80",
        b"{}",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"a": ' * 100_000,
        LINE.replace(b'"failed"', b'"unheard-of"'),
        LINE.replace(b'"files":[]', b'"files":[1]'),
        LINE.replace(b'"files":[]', b'"files":null'),
        LINE.replace(b'"mono/b"', b'["mono/b"]'),
        LINE + LINE,
    ],
    ids=range(12),
)
def test_garbage_between_results_does_not_count(folder: Path, garbage: bytes) -> None:
    first, second = lines(folder).read_bytes().splitlines()
    assert garbage != LINE
    lines(folder).write_bytes(b"\n".join([first, garbage, second, b""]))
    assert read(folder) == {"mono/a": FIRST, "mono/b": SECOND}


# --- the order -------------------------------------------------------------------------------------------------------


def test_an_order_comes_back_as_it_was(tmp_path: Path) -> None:
    pairs = dict(
        parse_pair(text) for text in ('resources."a.B".bound="first-use"', 'exclude=["x", "é"]', "unsafe=true")
    )
    overrides: dict[str, object] = {"strategy": StrategyName.SHARE, "select": ("LM2", "LM3"), **pairs}
    order = Order(
        ("/a/é", "/b\udcff"),
        ("/c",),
        ("x/*",),
        ("y",),
        overrides,
        isolated=True,
        repeat=("--strategy", "share"),
        verify=True,
        running={"arguments": ("-k", "é"), "seconds": 2.5, "best": False, "variables": (("A", "b"),)},
    )
    Journal.create(tmp_path / "out", order)
    _, read_back = Journal.open(tmp_path / "out")
    plain = json.loads(json.dumps([overrides, order.running]))
    assert [read_back.overrides, read_back.running] == plain
    assert replace(read_back, overrides=order.overrides, running=order.running) == order
    assert load(tmp_path, read_back.overrides, True) == load(tmp_path, overrides, True)
    assert Keys(read_back.overrides, True)._common == Keys(overrides, True)._common


def test_keys_are_the_same_for_an_order_that_was_read_back(tmp_path: Path) -> None:
    from batch_tools import CLEAN, repository, task, write

    top = repository(write(tmp_path / "mono", CLEAN))
    overrides: dict[str, object] = {"strategy": StrategyName.SHARE, "select": ("LM2",)}
    Journal.create(tmp_path / "out", Order((str(top),), overrides=overrides))
    _, order = Journal.open(tmp_path / "out")
    project = task(top).project
    assert Keys(order.overrides, False).key_of(project) == Keys(overrides, False).key_of(project)


# --- folders ---------------------------------------------------------------------------------------------------------


def test_a_batch_is_not_begun_twice(folder: Path) -> None:
    with pytest.raises(UsageError, match="holds a batch already: go on with --resume, or give another --out"):
        Journal.create(folder, ORDER)
    assert set(read(folder)) == {"mono/a", "mono/b"}


def test_a_folder_used_for_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for out in (tmp_path, tmp_path / "mine"):
        with pytest.raises(UsageError, match="must be a new or an empty folder"):
            Journal.create(out, ORDER)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_a_kill_before_the_start_leaves_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "run.json.partial").write_text("{")
    Journal.create(tmp_path, ORDER)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_a_folder_without_a_batch(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=rf"{name}.*(holds no batch|cannot be read)"):
        Journal.open(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", "é", '{"schema_version": 1, "other": 2}', '{"schema_version": 1}', "[" * 99999],
)
def test_an_order_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"run\.json cannot be read"):
        Journal.open(tmp_path)


def test_a_batch_of_another_version(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**data, "schema_version": SCHEMA_VERSION + 1, "new": 1}))
    with pytest.raises(UsageError, match="another version of loopmend: run the batch again"):
        Journal.open(folder)


def test_a_folder_that_may_not_be_read(folder: Path) -> None:
    (folder / "run.json").chmod(0)
    code = "import sys; from codemod.__main__ import main; sys.exit(main(sys.argv[1:]))"
    done = run(Path(__file__).parents[2], *without_powers(), sys.executable, "-c", code, "batch", "status", str(folder))
    assert done.returncode == 2
    assert b"run.json cannot be read: " in done.stderr
    assert b"Permission denied" in done.stderr


# --- one process at a time -------------------------------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from codemod.batch.journal import Journal
with Journal.open(Path(sys.argv[1]))[0]:
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time(folder: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="in use by another loopmend batch"):
            append(folder, FIRST)
        assert set(read(folder)) == {"mono/a", "mono/b"}
        other.stdin.close()
        assert other.wait(60) == 0
    append(folder, FIRST)


def test_the_folder_is_let_go_after_an_error(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Journal.open(folder)[0]:
        raise KeyboardInterrupt
    append(folder, FIRST)
