from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codemod.errors import ConcurrentChangeError, FileError, UsageError
from codemod.model import FileChange
from codemod.source import disk, write
from codemod.source import journal as journals
from codemod.source.write import apply, recover, undo

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = {"pytest.ini": b"[pytest]\r\n", "tests/conftest.py": b"old\n", "tests/test_a.py": b"\xe9 = 1"}
CHANGES = [
    FileChange("tests/test_a.py", OLD["tests/test_a.py"], b"\xe9 = 2\n"),
    FileChange("pytest.ini", OLD["pytest.ini"], b""),
    FileChange("tests/new.py", None, b"new\n", 0o755),
    FileChange("tests/conftest.py", OLD["tests/conftest.py"], b"new\n"),
]
NEW = {change.path: change.after for change in CHANGES}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for path, data in OLD.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def files(root: Path) -> dict[str, bytes]:
    """Return every file below ``root`` outside .loopmend, temporary ones too."""
    found = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    every = {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
    return {path: data for path, data in every.items() if not path.startswith(".loopmend/")}


def nth(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, number: int, error: BaseException) -> None:
    """Make call ``number`` (from 1) of ``owner.name`` raise ``error``; the others work."""
    really = getattr(owner, name)
    calls = 0

    def call(*arguments: Any, **keywords: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise error
        return really(*arguments, **keywords)

    monkeypatch.setattr(owner, name, call)


# --- apply -------------------------------------------------------------------------------------------------------


def test_apply_writes_all_and_undo_puts_all_back(root: Path) -> None:
    run = apply(root, CHANGES)
    assert run.paths == ("pytest.ini", "tests/conftest.py", "tests/new.py", "tests/test_a.py")
    assert files(root) == NEW
    assert undo(root) == run.paths
    assert files(root) == OLD
    assert undo(root) == undo(root, run.run_id) == ()


def test_a_second_run_follows_an_undone_one(root: Path) -> None:
    first = apply(root, CHANGES)
    undo(root)
    second = apply(root, CHANGES)
    assert second.run_id > first.run_id
    assert files(root) == NEW


def test_nothing_to_write_touches_nothing(root: Path) -> None:
    assert apply(root, []).paths == apply(root, [FileChange("pytest.ini", b"x", b"x")]).paths == ()
    assert not (root / ".loopmend").exists()
    assert undo(root) == recover(root) == ()
    assert not (root / ".loopmend").exists()


def test_the_journal_is_ignored_by_git(root: Path) -> None:
    apply(root, CHANGES)
    assert (root / ".loopmend/.gitignore").read_bytes() == b"*\n"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o4755])
def test_the_mode_is_kept_by_apply_and_undo(root: Path, mode: int) -> None:
    (root / "pytest.ini").chmod(mode)
    apply(root, [FileChange("pytest.ini", OLD["pytest.ini"], b"x", 0o644)])
    assert stat.S_IMODE((root / "pytest.ini").stat().st_mode) == mode
    undo(root)
    assert stat.S_IMODE((root / "pytest.ini").stat().st_mode) == mode


def test_a_new_file_has_its_mode_under_the_umask(root: Path) -> None:
    before = os.umask(0o027)
    try:
        apply(root, [FileChange("a.py", None, b"x", 0o755), FileChange("b.py", None, b"x", 0o666)])
    finally:
        os.umask(before)
    assert [stat.S_IMODE((root / name).stat().st_mode) for name in ("a.py", "b.py")] == [0o750, 0o640]


def test_a_hard_link_is_broken_and_the_other_name_keeps_its_bytes(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.ini").hardlink_to(root / "pytest.ini")
    apply(root, CHANGES)
    undo(root)
    assert (tmp_path / "outside.ini").read_bytes() == OLD["pytest.ini"]
    assert not (tmp_path / "outside.ini").samefile(root / "pytest.ini")


@pytest.mark.parametrize("name", ["ä b.py", "-rf.py", "line\nbreak.py", "\udcff.py", "n" * 252 + ".py"])
def test_strange_names_are_written_and_restored(root: Path, name: str) -> None:
    (root / name).write_bytes(b"1")
    apply(root, [FileChange(name, b"1", b"2")])
    assert (root / name).read_bytes() == b"2"
    assert undo(root) == (name,)
    assert (root / name).read_bytes() == b"1"


@pytest.mark.parametrize("position", [0, 1, 3])
def test_a_file_changed_since_it_was_read_stops_everything(root: Path, position: int) -> None:
    path = CHANGES[position].path
    (root / path).write_bytes(b"mine")
    with pytest.raises(ConcurrentChangeError, match=f"^{path}: was changed since"):
        apply(root, CHANGES)
    assert files(root) == {**OLD, path: b"mine"}
    assert not (root / ".loopmend").exists()


def test_a_vanished_file_and_a_new_file_that_exists_stop_everything(root: Path) -> None:
    (root / "tests/new.py").write_bytes(b"mine")
    with pytest.raises(ConcurrentChangeError, match=r"^tests/new\.py: exists already"):
        apply(root, CHANGES)
    (root / "tests/new.py").unlink()
    (root / "pytest.ini").unlink()
    with pytest.raises(ConcurrentChangeError, match=r"^pytest\.ini: has vanished"):
        apply(root, CHANGES)


def test_a_dangling_link_in_place_of_a_new_file_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "tests/new.py").symlink_to(tmp_path / "target.py")
    with pytest.raises(FileError, match="is a symbolic link"):
        apply(root, CHANGES)
    assert not (tmp_path / "target.py").exists()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../out.py", "not a path relative"),
        ("/tmp/out.py", "not a path relative"),
        ("tests/../out.py", "not a path relative"),
        (".git/hooks/pre-commit", ".git folder"),
        (".GIT/config", ".git folder"),
        ("tests/.git./config", ".git folder"),
        ("nowhere/a.py", "folder does not exist"),
        ("pytest.ini/a.py", "folder does not exist"),
        ("tests", "not a regular file"),
        ("up/a.py", "through a symbolic link"),
        ("alias/b.py", "through a symbolic link"),
        ("link.py", "is a symbolic link"),
        ("fixed.py", "is read-only"),
    ],
)
def test_places_that_are_never_written(root: Path, tmp_path: Path, path: str, reason: str) -> None:
    for folder in (".git/hooks", ".GIT", "tests/.git."):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "up").symlink_to(tmp_path)
    (root / "alias").symlink_to(root / "tests")
    (root / "link.py").symlink_to(root / "pytest.ini")
    (root / "fixed.py").touch(0o444)
    before = None if not (root / path).is_file() else (root / path).read_bytes()
    outside = sorted(tmp_path.iterdir())
    with pytest.raises(FileError, match=reason):
        apply(root, [*CHANGES, FileChange(path, before, b"x")])
    assert {path: data for path, data in files(root).items() if path != "fixed.py"} == OLD
    assert sorted(tmp_path.iterdir()) == outside


def test_one_path_twice_and_a_result_too_large_are_refused(root: Path) -> None:
    with pytest.raises(FileError, match="changed twice"):
        apply(root, [*CHANGES, CHANGES[0]])
    with pytest.raises(FileError, match="could not be undone"):
        apply(root, [FileChange("big.py", None, b"#" * (disk.SIZE_LIMIT + 1))])
    assert files(root) == OLD


# --- failures on the way -----------------------------------------------------------------------------------------


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("number", range(1, 7))
def test_a_failing_rename_restores_everything(root: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    # 1 is the journal, 2 to 5 are the files, 6 marks the journal done.
    with monkeypatch.context() as patch:
        nth(patch, os, "replace", number, OSError(errno.EIO, "Input/output error"))
        with pytest.raises(FileError, match="Input/output error") as caught:
            apply(root, CHANGES)
    journal = ".loopmend/journal/000001/journal.json"
    assert caught.value.path == [journal, *sorted(NEW), journal][number - 1]
    assert files(root) == OLD
    assert journals.runs(root) == []
    apply(root, CHANGES)
    assert files(root) == NEW


@pytest.mark.parametrize("number", range(1, 9))
def test_a_full_disk_shows_before_anything_is_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    apply(root, [FileChange("x.py", None, b"x")])  # so that .loopmend exists
    really = Path.replace

    def replace(self: Path, target: Path) -> Path:
        assert ".loopmend" in target.parts, "a file was replaced before all were staged"
        return really(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        nth(patch, sys.modules["codemod.source.journal" if number < 5 else "codemod.source.write"], "write_new",
            number if number < 5 else number - 4, FULL)  # fmt: skip
        with pytest.raises(FileError, match="No space left"):
            apply(root, CHANGES)
    assert files(root) == {**OLD, "x.py": b"x"}
    assert [item.name for item in (root / ".loopmend/journal").iterdir()] == ["000001"]


def test_a_short_write_leaves_no_temporary_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        nth(patch, os, "fsync", 12, FULL)
        with pytest.raises(FileError, match="No space left"):
            apply(root, CHANGES)
    assert files(root) == OLD


@pytest.mark.parametrize("number", [2, 3, 5, 6])
def test_ctrl_c_restores_everything(root: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    with monkeypatch.context() as patch:
        nth(patch, os, "replace", number, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            apply(root, CHANGES)
    assert files(root) == OLD
    assert undo(root) == ()


def test_if_restoring_fails_too_the_message_names_undo(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target).name == "test_a.py" or (Path(target).name == "pytest.ini" and Path(target).read_bytes() == b""):
            raise OSError(errno.EIO, "Input/output error")
        really(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(FileError, match="loopmend undo"):
            apply(root, CHANGES)
    with pytest.raises(FileError, match="loopmend undo"):
        apply(root, [FileChange("z.py", None, b"z")])
    undo(root)
    assert files(root) == OLD


def test_a_file_changed_between_check_and_rename_is_left_as_it_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.replace

    def replace(source: Path, target: Path) -> None:
        really(source, target)
        if Path(target).name == "conftest.py":
            (root / "tests/test_a.py").write_bytes(b"mine")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(ConcurrentChangeError, match=r"^tests/test_a\.py: was changed"):
            apply(root, CHANGES)
    assert files(root) == {**OLD, "tests/test_a.py": b"mine"}
    assert journals.runs(root) == []


# --- a killed run ------------------------------------------------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from codemod.source import write
import test_source_write as data
name, number, root, verb = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
really, calls = getattr(os, name), 0
def call(*arguments, **keywords):
    global calls
    calls += 1
    if calls == number:
        os._exit(9)
    return really(*arguments, **keywords)
setattr(os, name, call)
write.apply(root, data.CHANGES) if verb == "apply" else write.undo(root)
"""


def killed(root: Path, name: str, number: int, verb: str = "apply") -> int:
    """Run ``verb`` in a process that dies, as by SIGKILL, at call ``number`` of ``os.name``; return its exit code."""
    places = os.pathsep.join([str(Path(__file__).parent), str(Path(write.__file__).parents[2])])
    command = [sys.executable, "-c", KILLED, name, str(number), str(root), verb]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": places}, check=False).returncode


PHASES = [
    ("mkdir", 1),
    ("mkdir", 2),
    ("mkdir", 3),
    *(("replace", n) for n in range(1, 7)),
    *(("fsync", n) for n in range(1, 18, 2)),
]


@pytest.mark.parametrize(("name", "number"), PHASES)
def test_a_kill_in_any_phase_is_undone(root: Path, name: str, number: int) -> None:
    assert killed(root, name, number) == 9
    unfinished = [run for run in journals.runs(root) if run.state is journals.State.WRITING]
    if files(root) != OLD:
        assert unfinished or (files(root) == NEW and journals.runs(root)), "files were touched without a journal"
    if unfinished:
        with pytest.raises(FileError, match="did not finish writing; run `loopmend undo` first"):
            apply(root, CHANGES)
    undo(root)
    assert files(root) == OLD
    assert undo(root) == recover(root) == ()
    apply(root, CHANGES)
    assert files(root) == NEW


def test_the_phases_reach_from_nothing_done_to_all_replaced(root: Path) -> None:
    assert killed(root, "replace", 6) == 9
    assert files(root) == NEW
    assert journals.runs(root)[-1].state is journals.State.WRITING
    assert killed(root, "replace", 99) != 9


@pytest.mark.parametrize("number", range(1, 5))
def test_a_killed_undo_is_finished_by_the_next(root: Path, number: int) -> None:
    apply(root, CHANGES)
    assert killed(root, "replace", number, "undo") == 9
    undo(root)
    assert files(root) == OLD


def test_recover_rolls_back_a_killed_run_and_only_that(root: Path) -> None:
    apply(root, [FileChange("kept.py", None, b"kept")])
    assert killed(root, "replace", 4) == 9
    assert set(recover(root)) == {"pytest.ini", "tests/conftest.py"}
    assert files(root) == {**OLD, "kept.py": b"kept"}
    assert recover(root) == ()


def test_a_killed_run_is_not_undone_over_a_later_edit(root: Path) -> None:
    assert killed(root, "replace", 4) == 9
    (root / "pytest.ini").write_bytes(b"mine")
    before = files(root)
    with pytest.raises(ConcurrentChangeError, match=r"^pytest\.ini: .*remove \.loopmend/journal/000001"):
        undo(root)
    kept = {path: data for path, data in files(root).items() if not path.endswith(".tmp")}
    assert kept == {path: data for path, data in before.items() if not path.endswith(".tmp")}


def test_a_lock_left_by_nobody_is_free_and_a_held_one_refuses(root: Path) -> None:
    with journals.locked(disk.real(root)), pytest.raises(ConcurrentChangeError, match="another loopmend run"):
        apply(root, CHANGES)
    assert files(root) == OLD
    apply(root, CHANGES)


# --- undo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(NEW))
def test_undo_refuses_where_a_file_was_edited_after(root: Path, path: str) -> None:
    apply(root, CHANGES)
    (root / path).write_bytes(b"mine")
    with pytest.raises(ConcurrentChangeError, match=f"^{path}: was changed after the run"):
        undo(root)
    assert files(root) == {**NEW, path: b"mine"}


def test_undo_skips_what_was_put_back_by_hand(root: Path) -> None:
    apply(root, CHANGES)
    (root / "pytest.ini").write_bytes(OLD["pytest.ini"])
    (root / "tests/new.py").unlink()
    assert undo(root) == ("tests/conftest.py", "tests/test_a.py")
    assert files(root) == OLD


def test_a_named_run_is_undone_and_an_unknown_one_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="no run 000001"):
        undo(root, "000001")
    first = apply(root, CHANGES[:1])
    apply(root, CHANGES[1:])
    assert undo(root, first.run_id) == ("tests/test_a.py",)
    assert files(root) == {**NEW, "tests/test_a.py": OLD["tests/test_a.py"]}
    for unknown in ("000009", "../000001", ""):
        with pytest.raises(UsageError):
            undo(root, unknown)


def test_an_older_run_is_not_undone_under_a_newer_one(root: Path) -> None:
    first = apply(root, [FileChange("pytest.ini", OLD["pytest.ini"], b"1")])
    apply(root, [FileChange("pytest.ini", b"1", b"2")])
    with pytest.raises(ConcurrentChangeError):
        undo(root, first.run_id)
    undo(root)
    assert undo(root, first.run_id) == ("pytest.ini",)
    assert files(root) == OLD


def test_ten_journals_are_kept(root: Path) -> None:
    for number in range(13):
        apply(root, [FileChange("n.py", b"%d" % (number - 1) if number else None, b"%d" % number)])
    assert [run.run_id for run in journals.runs(root)] == [f"{n:06d}" for n in range(4, 14)]


# --- a journal made by a stranger --------------------------------------------------------------------------------


def test_a_journal_folder_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/journal").mkdir(parents=True)
    (root / ".loopmend").symlink_to(tmp_path / "elsewhere")
    for call in (lambda: apply(root, CHANGES), lambda: undo(root)):
        with pytest.raises(FileError, match=r"\.loopmend"):
            call()
    assert files(root) == OLD
    assert list((tmp_path / "elsewhere").rglob("*")) == [tmp_path / "elsewhere/journal"]


def edited(root: Path, edit: Callable[[str], str]) -> None:
    place = root / ".loopmend/journal/000001/journal.json"
    place.write_text(edit(place.read_text()))


@pytest.mark.parametrize("path", ["../outside.py", ".git/config", "/etc/hosts", "up/outside.py"])
def test_a_journal_cannot_lead_undo_outside(root: Path, tmp_path: Path, path: str) -> None:
    (root / ".git").mkdir()
    for place in (tmp_path / "outside.py", root / ".git/config"):
        place.write_bytes(NEW["pytest.ini"])
    (root / "up").symlink_to(tmp_path)
    apply(root, CHANGES)
    edited(root, lambda text: text.replace('"pytest.ini"', f'"{path}"'))
    with pytest.raises(FileError):
        undo(root)
    assert (tmp_path / "outside.py").read_bytes() == (root / ".git/config").read_bytes() == NEW["pytest.ini"]
    assert {path: data for path, data in files(root).items() if path != ".git/config"} == NEW


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"format": 2}', '{"format": 1, "state": "x", "entries": []}', "[" * 100_000,
             '{"format": 1, "state": "done", "entries": [{"path": 1, "before": null, "after": ""}]}']
)  # fmt: skip
def test_a_damaged_journal_is_named(root: Path, text: str) -> None:
    apply(root, CHANGES)
    edited(root, lambda _: text)
    for call in (lambda: apply(root, [FileChange("z.py", None, b"z")]), lambda: undo(root)):
        with pytest.raises(FileError, match=r"^\.loopmend/journal/000001/journal\.json: is damaged"):
            call()
    assert files(root) == NEW


def test_a_damaged_or_linked_copy_is_not_restored(root: Path, tmp_path: Path) -> None:
    apply(root, CHANGES)
    copy = root / ".loopmend/journal/000001/0.before"
    copy.write_bytes(b"evil")
    with pytest.raises(FileError, match="damaged"):
        undo(root)
    copy.unlink()
    copy.symlink_to(tmp_path / "outside")
    with pytest.raises(FileError):
        undo(root)
    assert files(root) == NEW


def test_the_root_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    apply(tmp_path / "alias", CHANGES)
    assert files(root) == NEW
    undo(tmp_path / "alias")
    assert files(root) == OLD
