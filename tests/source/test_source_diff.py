from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codemod.errors import RewriteError
from codemod.model import FileChange
from codemod.source.compare import differences, split_lines
from codemod.source.diff import parse_back, render, stat
from codemod.source.vcs import prefix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., bytes]


def check(git: Git, root: Path, *changes: FileChange) -> bytes:
    """Let git apply the patch to the old files and compare every byte; return the patch."""
    for change in changes:
        place = root / change.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        if change.before is not None:
            place.write_bytes(change.before)
    patch = render(changes)
    git(root, "apply", "--check", "-", stdin=patch)
    git(root, "apply", "-", stdin=patch)
    for change in changes:
        assert (root / change.path).read_bytes() == change.after
    return patch


def test_the_form_of_a_patch() -> None:
    before = b"".join(b"%d\n" % n for n in range(1, 31))
    after = before.replace(b"\n5\n", b"\nfive\n").replace(b"\n12\n", b"\n12\nx\n").replace(b"\n28\n", b"\n")
    assert render([FileChange("tests/test_a.py", before, after)]) == (
        b"diff --git a/tests/test_a.py b/tests/test_a.py\n--- a/tests/test_a.py\n+++ b/tests/test_a.py\n"
        b"@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        b"@@ -10,6 +10,7 @@\n 10\n 11\n 12\n+x\n 13\n 14\n 15\n"
        b"@@ -25,6 +26,5 @@\n 25\n 26\n 27\n-28\n 29\n 30\n"
    )


@pytest.mark.parametrize(("gap", "hunks"), [(6, 1), (7, 2)])
def test_hunks_join_where_their_context_meets(git: Git, tmp_path: Path, gap: int, hunks: int) -> None:
    before = b"a\n" + b"".join(b"%d\n" % n for n in range(gap)) + b"z\n"
    patch = check(git, tmp_path, FileChange("a.py", before, before.replace(b"a", b"A").replace(b"z", b"Z")))
    assert patch.count(b"\n@@ ") == hunks


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\n", b"b\n"),
        (b"a", b"b"),
        (b"a\n", b"a"),
        (b"a", b"a\n"),
        (b"", b"a\n"),
        (b"", b"a"),
        (b"a\nb\n", b""),
        (b"a", b""),
        (b"a\nb", b"a\nc\nb"),
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        (b"a\rb\n", b"a\rc\n"),
        (b"a\x0cb\x0b\xc2\x85c\xe2\x80\xa8\n", b"a\x0cb\x0b\xc2\x85c\xe2\x80\xa8d\n"),
        (b"\x1c\x1d\x1e\n\x85\n", b"\x1c\x1d\x1e\n\x85\x85\n"),
        (b"\xe9\n# coding: latin-1", b"\xe8\n# coding: latin-1"),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n"),
        (b"-- a b\n++ a b\n", b"++ a b\n-- a b\n"),
        (b"-- a/x.py\n", b"++ b/x.py\n"),
        (b"@@ -1 +1 @@\ndiff --git a/x b/x\n", b"diff --git a/x b/x\nBinary files a and b differ\n"),
        (b"\\ No newline at end of file\n", b"\\ No newline at end of file"),
        (b"\n\n\n", b"\n\n\n\n"),
        (b" \n", b"\n"),
        (b"x" * 1_000_000, b"x" * 1_000_001),
    ],
)
def test_git_applies_it_to_the_byte(git: Git, tmp_path: Path, before: bytes, after: bytes) -> None:
    check(git, tmp_path, FileChange("tests/test_a.py", before, after))


@pytest.mark.parametrize(
    "path",
    [
        "a.py", "a b.py", "a b/a b.py", "x b/y a/z.py", "-a.py", "--- a", "it's.py", 'q".py', "back\\slash.py",
        "tab\t.py", "line\nbreak.py", "esc\x1b[31m.py", "del\x7f.py", "ä.py", "\u202e.py", "\udcff\udc80.py", "a\r",
        "*?[x].py", "\x01 b.py", '"a b"/c.py',
    ],
)  # fmt: skip
@pytest.mark.parametrize("new", [False, True])
def test_names_are_quoted_as_git_quotes_them(git: Git, tmp_path: Path, path: str, new: bool) -> None:
    patch = check(git, tmp_path, FileChange(path, None if new else b"a\n", b"b\n"))
    git(tmp_path, "init", "-q")
    (tmp_path / path).write_bytes(b"a\n")
    git(tmp_path, "add", "-A", "--", f":(literal){path}")
    (tmp_path / path).write_bytes(b"b\n")
    theirs = git(tmp_path, "diff").split(b"\n")
    ours = patch.split(b"\n")
    if not new:
        assert ours == [line for line in theirs if not line.startswith(b"index ")]
    assert ours[0] == theirs[0]
    assert next(line for line in ours if line.startswith(b"+++")) in theirs


@pytest.mark.parametrize(("mode", "shown"), [(0o644, b"100644"), (0o755, b"100755"), (0o600, b"100644")])
@pytest.mark.parametrize("content", [b"", b"a", b"a\nb\n"])
def test_a_new_file_has_its_mode(git: Git, tmp_path: Path, mode: int, shown: bytes, content: bytes) -> None:
    patch = check(git, tmp_path, FileChange("tests/new b/conftest.py", None, content, mode))
    assert b"\nnew file mode %s\n" % shown in patch
    assert bool((tmp_path / "tests/new b/conftest.py").stat().st_mode & 0o100) == (mode == 0o755)
    assert (b"--- /dev/null\n" in patch) == bool(content)


def test_files_come_in_path_order_and_untouched_ones_not_at_all(git: Git, tmp_path: Path) -> None:
    names = ["b.py", "a/z.py", "ä.py", "a.py", "same.py"]
    changes = [FileChange(name, b"a\n", b"a\n" if name == "same.py" else b"b\n") for name in names]
    patch = check(git, tmp_path, *changes)
    heads = [line for line in patch.split(b"\n") if line.startswith(b"diff ")]
    assert [head.partition(b" b/")[2] for head in heads] == [b"a.py", b"a/z.py", b"b.py", b""]
    assert patch == render(changes[::-1])


def test_no_change_is_no_patch() -> None:
    assert render([]) == render([FileChange("a.py", b"a", b"a")]) == b""
    assert stat([FileChange("a.py", b"a", b"a")]) == (0, 0, 0)


def test_it_applies_in_a_sub_folder_of_a_repository(git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    root = tmp_path / "my project"
    root.mkdir()
    (root / "a.py").write_bytes(b"a\n")
    changes = [FileChange("a.py", b"a\n", b"b\n"), FileChange("new.py", None, b"n\n")]
    git(root, "apply", "-", stdin=render(changes))
    assert (root / "a.py").read_bytes() == b"a\n", "git now applies unprefixed patches here: drop the prefix"
    git(root, "apply", "-", stdin=render(changes, prefix(root)))
    assert ((root / "a.py").read_bytes(), (root / "new.py").read_bytes()) == (b"b\n", b"n\n")


def test_a_repetitive_file_gives_a_tiny_diff(git: Git, tmp_path: Path) -> None:
    before = b"def test():\n    assert x\n\n\n" * 100
    lines = before.split(b"\n")
    lines[200] = b"async def test():"
    patch = check(git, tmp_path, FileChange("a.py", before, b"\n".join(lines)))
    assert patch.count(b"\n") == 3 + 1 + 3 + 2 + 3


def test_a_repetitive_file_changed_at_both_ends_gives_a_tiny_diff(git: Git, tmp_path: Path) -> None:
    # Cutting off head and tail does not help here, and difflib's autojunk would report all 400 lines.
    before = b"def test():\n    assert x\n\n\n" * 100
    after = b"import a\n" + before[:-1] + b"# end\n"
    assert check(git, tmp_path, FileChange("a.py", b"import b\n" + before, after)).count(b"\n") < 20


def test_a_big_file_changed_at_both_ends_gives_a_tiny_diff() -> None:
    before = b"".join(b"def test_%d():\n    assert x\n\n\n" % n for n in range(30_000))
    after = b"import a\n" + before.replace(b"test_15000(", b"test_x(") + b"# end\n"
    assert render([FileChange("a.py", before, after)]).count(b"\n") < 30
    assert stat([FileChange("a.py", before, after)]) == (1, 3, 1)


def test_a_big_file_without_a_unique_line_is_replaced_but_right() -> None:
    before = b"    assert x\n\n" * 20_000
    after = b"# a\n" + before + b"# b\n"
    assert stat([FileChange("a.py", b"q\n" + before + b"r\n", after)])[0] == 1
    render([FileChange("a.py", b"q\n" + before + b"r\n", after)])


def test_stat_agrees_with_git(git: Git, tmp_path: Path) -> None:
    changes = [
        FileChange("a.py", b"1\n2\n3\n", b"1\nx\ny\n3"),
        FileChange("n.py", None, b"a\nb"),
        FileChange("e", b"1\n", b""),
    ]
    rows = [
        row.split(b"\t") for row in git(tmp_path, "apply", "--numstat", "-", stdin=render(changes)).split(b"\n")[:-1]
    ]
    assert stat(changes) == (len(rows), sum(int(row[0]) for row in rows), sum(int(row[1]) for row in rows))


def test_one_path_twice_is_refused() -> None:
    with pytest.raises(RewriteError, match=r"a\.py: is changed twice"):
        render([FileChange("a.py", b"a", b"b"), FileChange("a.py", b"a", b"c")])


CHANGES = [FileChange("a b.py", b"1\n2\n3\n", b"1\nx\n3"), FileChange("n.py", None, b"a\n")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"+x\n", b"+y\n"),
        (b"+x\n", b""),
        (b" 1\n", b" 7\n"),
        (b"@@ -1,3 +1,3 @@", b"@@ -2,3 +2,3 @@"),
        (b"\\ No newline at end of file\n", b""),
        (b"+++ b/n.py\n", b"+++ b/m.py\n"),
        (b"--- /dev/null\n", b"--- a/n.py\n"),
        (b"new file mode 100644\n", b""),
        (b"diff --git a/a b.py b/a b.py\n--- a/a b.py\t\n+++ b/a b.py\t\n", b"diff --git a/c b/c\n--- a/c\n+++ b/c\n"),
    ],
)
def test_a_damaged_patch_is_noticed(old: bytes, new: bytes) -> None:
    patch = render(CHANGES)
    assert patch.count(old) == 1 or old == b"\\ No newline at end of file\n"
    if old == b"--- /dev/null\n":
        patch = patch.replace(b"new file mode 100644\n", b"")
    with pytest.raises(RewriteError):
        parse_back(patch.replace(old, new), CHANGES)


def test_a_patch_with_a_file_too_few_or_too_many_is_noticed() -> None:
    for patch in (render(CHANGES[:1]), render([*CHANGES, FileChange("z.py", b"a", b"b")]), b""):
        with pytest.raises(RewriteError, match="files instead of 2"):
            parse_back(patch, CHANGES)


def test_a_good_patch_is_accepted() -> None:
    parse_back(render(CHANGES), CHANGES[::-1])


LINES = st.sampled_from(
    [b"a", b"b", b"", b"\r", b"\x0c", b"\x85", b"\x0b", b"-- x", b"++ x y", b"@@ -1 +1 @@", b"\\ No", b"\xff"]
)
CONTENT = st.builds(
    lambda lines, end: b"\n".join(lines) + end, st.lists(LINES, max_size=25), st.sampled_from([b"", b"\n"])
)


@settings(deadline=None, max_examples=400, derandomize=True)
@given(CONTENT, CONTENT)
@example(b"a\n" * 9, b"a\n" * 8)
def test_any_two_contents_survive_the_read_back(before: bytes, after: bytes) -> None:
    render([FileChange("a b.py", before, after), FileChange("new.py", None, after)])
    regions = differences(split_lines(before), split_lines(after))
    assert all(one.old_end < other.old_start and one.new_end < other.new_start for one, other in pairwise(regions))


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.none(), CONTENT, st.binary(max_size=80)), st.one_of(CONTENT, st.binary(max_size=80)))
def test_git_agrees_on_any_contents(git: Git, tmp_path: Path, before: bytes | None, after: bytes) -> None:
    if before != after:
        check(git, tmp_path, FileChange("x b/a.py", before, after))
