from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemod.errors import FileError
from codemod.source.text import decode_python, newline_style, read_bytes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test_a.py").write_bytes(b"a = 1\r\n\x0c\xe9")
    (tmp_path / "outside.py").write_bytes(b"secret = 1\n")
    return folder


def test_bytes_are_returned_as_they_are(root: Path) -> None:
    assert read_bytes(root, "tests/test_a.py") == b"a = 1\r\n\x0c\xe9"


def test_an_empty_file_is_no_bytes(root: Path) -> None:
    (root / "empty.py").touch()
    assert read_bytes(root, "empty.py") == b""


def test_a_root_given_through_a_link_is_fine(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert read_bytes(tmp_path / "alias", "tests/test_a.py").startswith(b"a = 1")


def test_a_folder_linked_inside_the_root_is_fine(root: Path) -> None:
    (root / "alias").symlink_to(root / "tests")
    assert read_bytes(root, "alias/test_a.py").startswith(b"a = 1")


@pytest.mark.parametrize(
    "name", ["ä.py", "-rf.py", "a b.py", "line\nbreak.py", "q'\".py", "\udcff.py", "n" * 252 + ".py"]
)
def test_strange_names_are_read(root: Path, name: str) -> None:
    (root / name).write_bytes(b"x = 1\n")
    assert read_bytes(root, name) == b"x = 1\n"


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../outside.py", "tests/../../outside.py", "tests//test_a.py", "./a.py", "a\0.py", "tests/"],
)
def test_a_path_that_is_not_plainly_relative_is_refused(root: Path, path: str) -> None:
    with pytest.raises(FileError, match="not a path relative"):
        read_bytes(root, path)


def test_a_link_out_is_refused_by_name(root: Path, tmp_path: Path) -> None:
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    with pytest.raises(FileError, match=r"^link\.py: .*outside the project"):
        read_bytes(root, "link.py")


def test_a_link_inside_is_refused_too(root: Path) -> None:
    (root / "link.py").symlink_to(root / "tests" / "test_a.py")
    with pytest.raises(FileError, match=r"^link\.py: is a symbolic link"):
        read_bytes(root, "link.py")


def test_a_folder_linked_out_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "up").symlink_to(tmp_path)
    with pytest.raises(FileError, match=r"^up/outside\.py: .*outside the project"):
        read_bytes(root, "up/outside.py")


def test_a_folder_whose_name_starts_like_the_root_is_outside(root: Path, tmp_path: Path) -> None:
    (tmp_path / "project2").mkdir()
    (tmp_path / "project2" / "a.py").touch()
    (root / "up").symlink_to(tmp_path / "project2")
    with pytest.raises(FileError, match="outside the project"):
        read_bytes(root, "up/a.py")


@pytest.mark.parametrize("target", ["loop.py", "nowhere.py"])
def test_looping_and_dangling_links_are_refused(root: Path, target: str) -> None:
    (root / "loop.py").symlink_to(root / target)
    with pytest.raises(FileError, match=r"^loop\.py: "):
        read_bytes(root, "loop.py")


def test_a_folder_a_fifo_and_a_missing_file_are_refused(root: Path) -> None:
    os.mkfifo(root / "pipe.py")
    for path, reason in {"tests": "not a regular", "pipe.py": "not a regular", "gone.py": "No such file"}.items():
        with pytest.raises(FileError, match=reason):
            read_bytes(root, path)


def test_a_file_without_permission_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileError, match=r"^tests/test_a\.py: Permission denied$"):
        read_bytes(root, "tests/test_a.py")


def test_a_file_swapped_while_opening_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really_open = os.open

    def swap(path: Path, flags: int) -> int:
        path.rename(path.with_suffix(".old"))
        path.write_bytes(b"other")
        return really_open(path, flags)

    monkeypatch.setattr(os, "open", swap)
    with pytest.raises(FileError, match="was replaced"):
        read_bytes(root, "tests/test_a.py")


def test_the_size_limit_is_20_megabytes(root: Path) -> None:
    with (root / "big.py").open("wb") as stream:
        stream.write(b"#" * (20 * 1024 * 1024))
    assert len(read_bytes(root, "big.py")) == 20 * 1024 * 1024
    with (root / "big.py").open("ab") as stream:
        stream.write(b"#")
    with pytest.raises(FileError, match="larger than 20 MB"):
        read_bytes(root, "big.py")


@pytest.mark.parametrize("data", [b"\0", b"a = 1\n\0", "a = 1".encode("utf-16")])
def test_a_nul_byte_is_refused(root: Path, data: bytes) -> None:
    (root / "nul.py").write_bytes(data)
    with pytest.raises(FileError, match="NUL byte"):
        read_bytes(root, "nul.py")


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        (b" \n\t", " \n\t", "utf-8"),
        (b"# only\r\n", "# only\r\n", "utf-8"),
        ("é = 1\n".encode(), "é = 1\n", "utf-8"),
        (b"\xef\xbb\xbfa\n", "a\n", "utf-8-sig"),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n", "utf-8-sig"),
        (b"# -*- coding: latin-1 -*-\n\xe9\n", "# -*- coding: latin-1 -*-\né\n", "iso-8859-1"),
        (b"#!x\n# vim: set fileencoding=cp1252 :\n\x80\n", "#!x\n# vim: set fileencoding=cp1252 :\n€\n", "cp1252"),
        (b"x = 1\n\n# coding: latin-1\n", "x = 1\n\n# coding: latin-1\n", "utf-8"),
        (b"a\x0b\x0c\xc2\x85\xe2\x80\xa8b\r", "a\x0b\x0c\x85\u2028b\r", "utf-8"),
    ],
)
def test_decoding_follows_pep_263(data: bytes, text: str, encoding: str) -> None:
    assert decode_python(data, "a.py") == (text, encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"# coding: klingon\n", "unknown encoding: klingon"),
        (b"# coding: rot13\n", "rot13 is not a text encoding"),
        (b"# coding: base64\n", "base64 is not a text encoding"),
        (b"a\nb\nc = '\xe9'\n", "as utf-8: byte 0xe9 at offset 9"),
        (b"c = '\xe9'\n", "invalid or missing encoding"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding problem"),
        (b"# coding: ascii\n\xe9\n", "as ascii: byte 0xe9"),
        (b"#\n#\n'\xed\xa0\x80'\n", "as utf-8: byte 0xed"),
        (b"# coding: utf-16\nab\n", "utf-16"),
        (b"# coding: utf-7\n+AGEAYgBj-\n", "would not keep its bytes"),
        (b"# coding: undefined\n", "the codec refuses"),
    ],
)
def test_undecodable_files_are_refused_with_one_reason(data: bytes, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        decode_python(data, "a.py")
    assert reason in str(caught.value)
    assert str(caught.value).startswith("a.py: ")
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=60))
def test_decoding_keeps_every_byte_or_refuses(data: bytes) -> None:
    try:
        text, encoding = decode_python(data, "a.py")
    except FileError:
        return
    assert text.encode(encoding) == data


@pytest.mark.parametrize(
    ("data", "style"),
    [
        (b"", "\n"),
        (b"a", "\n"),
        (b"a\nb", "\n"),
        (b"a\r\nb\r\n", "\r\n"),
        (b"a\x0cb\x0b\xc2\x85\xe2\x80\xa8", "\n"),
        (b"a\r\nb\n", None),
        (b"a\nb\r\n", None),
        (b"a\rb", None),
        (b"a\r\nb\r", None),
        (b"a\r\r\n", None),
        (b"a\n\r", None),
    ],
)
def test_newline_style(data: bytes, style: str | None) -> None:
    assert newline_style(data) == style
