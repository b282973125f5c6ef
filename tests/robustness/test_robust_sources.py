"""Python files that cannot be read: one line names each, the rest is processed, nothing is written over them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hostile_project import CONFTEST, INI, MENDED, OPTIONS, SICK_LINE, TEST, WELL_LINE, snapshot

from codemod.source import disk

if TYPE_CHECKING:
    from hostile_project import Hostile

ASYNC_TEST = b"async def test_c(conn):\n    "
BROKEN = {
    "syntax error": (b"def x(:\n", "line 1, syntax error"),
    "python 2": (b'print "x"\n', "line 1, syntax error"),
    "merge markers": (b"<<<<<<< HEAD\n" + TEST, "line 1, syntax error"),
    "template": (b"{% if x %}\n", "line 1, syntax error"),
    "tabs and spaces": (b"if x:\n        a\n\tb\n", "line 3, syntax error"),
    "backslash at the end": (TEST + b"\\", "syntax error"),
    "undecodable": (TEST + b"# \xff\xfe\n", "cannot be decoded as utf-8: byte 0xff"),
    "lone surrogate": (TEST + b'x = "\xed\xa0\x80"\n', "cannot be decoded as utf-8"),
    "wrong coding line": (b"# coding: ascii\n# caf\xe9\n" + TEST, "cannot be decoded"),
    "unknown codec": (b"# coding: nonsense\n" + TEST, "unknown encoding: nonsense"),
    "no text codec": (b"# coding: rot13\n" + TEST, "rot13 is not a text encoding"),
    "codec that loses bytes": (b"# coding: unicode_escape\n" + TEST, "would not keep its bytes"),
    "codec that refuses": (b"# coding: undefined\n" + TEST, "the codec refuses the text"),
    "coding line against a mark": (b"\xef\xbb\xbf# coding: latin-1\n" + TEST, "cannot be decoded"),
    "UTF-16": (TEST.decode().encode("utf-16"), "NUL byte"),
    "NUL": (TEST + b'x = "\0"\n', "NUL byte"),
}
DEEP = {
    "2,000 parentheses": b"x = " + b"(" * 2000 + b"1" + b")" * 2000 + b"\n",
    "150 parentheses": b"x = " + b"(" * 150 + b"1" + b")" * 150 + b"\n",
    "10,000 and": b"x = " + b" and ".join([b"a"] * 10_000) + b"\n",
    "10,000 plus": b"x = " + b" + ".join([b"a"] * 10_000) + b"\n",
    "900 plus in a test": ASYNC_TEST + b"x = " + b" + ".join([b"conn"] * 900) + b"\n",
    "3,000 elif": b"if a: pass\n" + b"elif b: x()\n" * 3000,
    "400 elif in a test": ASYNC_TEST + b"if a: pass\n" + b"    elif b: conn.x()\n" * 400,
    "3,000 calls in a chain": ASYNC_TEST + b"x = conn" + b".a()" * 3000 + b"\n",
    "400 calls in a chain": ASYNC_TEST + b"x = conn" + b".a()" * 400 + b"\n",
    "150 lists": ASYNC_TEST + b"x = " + b"[" * 150 + b"conn" + b"]" * 150 + b"\n",
    "5,000 pieces of a string": b"x = (" + b'"a" ' * 5000 + b")\n",
    "90 functions in each other": b"".join(b" " * i + b"def f():\n" for i in range(90)) + b" " * 90 + b"pass\n",
    "a deep hook": b"def pytest_collection_modifyitems(items):\n    if "
    + b" + ".join([b"a"] * 900)
    + b":\n        items[0].add_marker(pytest.mark.asyncio)\n",
    "a deep partial": b"fx = functools" + b".a()" * 900 + b".partial(a)\n@fx\ndef z(): pass\n",
}


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_test_file(hostile: Hostile, data: bytes, reason: str) -> None:
    hostile.write("tests/test_b.py", data)
    checked = hostile.run("check", "-q")
    assert checked.code == 3
    assert "LM201" in checked.text
    assert len(checked.lines_about("tests/test_b.py")) == 1
    assert reason in checked.lines_about("tests/test_b.py")[0]
    assert hostile.migrate().code == 3
    assert hostile.read("tests/test_b.py") == data


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_conftest(hostile: Hostile, data: bytes, reason: str) -> None:
    hostile.write("tests/sub/conftest.py", data)
    checked = hostile.run("check", "-q")
    assert checked.code == 3
    assert "LM201" in checked.text
    assert reason in checked.lines_about("tests/sub/conftest.py")[0]
    assert hostile.run("diff").code == 3
    assert hostile.migrate().code == 3
    assert hostile.read("tests/sub/conftest.py") == data


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_application_file_is_only_unknown(hostile: Hostile, data: bytes, reason: str) -> None:
    hostile.write("app/service.py", data)
    checked = hostile.run("check")
    assert checked.code == 1
    (note,) = checked.lines_about("app/service.py")
    assert note.startswith("Note: 1 application file could not be read, so values made there are unknown")
    assert reason in note
    assert hostile.migrate().code == 0
    assert hostile.read("app/service.py") == data
    assert hostile.read("tests/conftest.py") == MENDED
    assert hostile.run("check", "-q").code == 0


def test_only_the_conftest_with_the_crossing_is_broken(hostile: Hostile) -> None:
    hostile.write("tests/conftest.py", CONFTEST + b"def x(:\n")
    before = snapshot(hostile.project)
    (line,) = hostile.run("check", "-q").text.splitlines()
    assert line.startswith("tests/conftest.py skipped: line 12, syntax error")
    assert hostile.run("diff").out == b""
    assert hostile.migrate().code == 3
    assert snapshot(hostile.project) == before


def test_broken_plugin_is_a_failure(hostile: Hostile) -> None:
    hostile.write("conftest.py", b'pytest_plugins = ["app.fixtures"]\n')
    hostile.write("app/fixtures.py", b"def x(:\n")
    checked = hostile.run("check", "-q")
    assert checked.code == 3
    assert "app/fixtures.py skipped: line 1, syntax error" in checked.text


def test_many_unread_application_files_make_one_note(hostile: Hostile) -> None:
    for number in range(7):
        hostile.write(f"app/part_{number}.py", b"\0 async def")
    (note,) = [line for line in hostile.run("check").text.splitlines() if "could not be read" in line]
    assert note.startswith("Note: 7 application files could not be read")
    assert "app/part_4.py" in note
    assert "app/part_5.py" not in note


@pytest.mark.parametrize("place", ["tests/test_b.py", "tests/conftest.py", "app/service.py"])
@pytest.mark.parametrize("data", DEEP.values(), ids=DEEP)
def test_deep_nesting_kills_nothing(hostile: Hostile, place: str, data: bytes) -> None:
    whole = (CONFTEST if place.endswith("conftest.py") else TEST) + data
    hostile.write(place, whole)
    done = hostile.command("migrate", "--allow-no-vcs")
    assert done.code in (0, 3)
    if done.code == 3:
        (line,) = done.lines_about(f"1 file skipped: {place} ")
        assert "too" in line or "depth" in line
    if place == "app/service.py":
        assert done.code == 0
    assert hostile.read(place) in (whole, whole.replace(SICK_LINE, WELL_LINE))


STYLES = {
    "CRLF": (lambda data: data.replace(b"\n", b"\r\n")),
    "byte order mark": (lambda data: b"\xef\xbb\xbf" + data),
    "both": (lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")),
    "no final newline": (lambda data: data.removesuffix(b"\n")),
}
PYTHON_STYLES = {
    **STYLES,
    "mixed newlines": (lambda data: data.replace(b"\n", b"\r\n", 3)),
    "latin-1": (lambda data: b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + data),
    "latin-1 in line 2": (lambda data: b"#!/usr/bin/env python\n# vim: set fileencoding=latin-1 :\n# \xe9\n" + data),
    "form feed": (lambda data: data.replace(b"\n\n\n", b"\n\x0c\n\n")),
    "other line ends": (lambda data: "# \x0b \x85 \u2028 \u2029 \x1c\n".encode() + data),
    "a line of 1 MB": (lambda data: data + b'x = "' + b"a" * 1_048_576 + b'"\n'),
    "tabs": (lambda data: data.replace(b"    ", b"\t")),
}


@pytest.mark.parametrize("style", PYTHON_STYLES.values(), ids=PYTHON_STYLES)
def test_python_keeps_its_bytes(hostile: Hostile, style) -> None:
    hostile.write("tests/conftest.py", style(CONFTEST))
    hostile.commit()
    patch = hostile.run("diff")
    assert patch.code == 1
    hostile.git("apply", "--check", stdin=patch.out)
    assert hostile.migrate().code == 0
    assert hostile.read("tests/conftest.py") == style(CONFTEST).replace(SICK_LINE, WELL_LINE)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_configuration_keeps_its_bytes(hostile: Hostile, style) -> None:
    hostile.write("pytest.ini", style(INI))
    hostile.commit()
    patch = hostile.run("diff")
    hostile.git("apply", "--check", stdin=patch.out)
    assert hostile.migrate().code == 0
    found = hostile.read("pytest.ini")
    assert found.startswith(style(INI))
    assert found.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf").rstrip() == (INI + OPTIONS).rstrip()
    assert (b"\r\n" in found) == (found.count(b"\r") == found.count(b"\n") > 0)


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("tests/conftest.py", CONFTEST.replace(b"\n", b"\r"), "cannot be reproduced"),
        ("pytest.ini", INI.replace(b"\n", b"\r\n", 1), "mixed line endings"),
        ("pytest.ini", INI.replace(b"\n", b"\r"), "line separator"),
        ("pytest.ini", INI + b"# \0\n", "NUL byte"),
    ],
)
def test_what_cannot_be_edited_exactly_withdraws_all(hostile: Hostile, path: str, data: bytes, reason: str) -> None:
    hostile.write(path, data)
    before = snapshot(hostile.project)
    checked = hostile.run("check", "-q")
    assert checked.code == 3
    assert reason in checked.lines_about(f"{path} skipped")[0]
    assert hostile.run("diff").out == b""
    assert hostile.migrate().code == 3
    assert snapshot(hostile.project) == before


@pytest.mark.parametrize(("path", "code"), [("tests/test_b.py", 3), ("app/big.py", 1)])
def test_huge_file(hostile: Hostile, monkeypatch: pytest.MonkeyPatch, path: str, code: int) -> None:
    hostile.write(path, TEST + b"#" * disk.SIZE_LIMIT)
    checked = hostile.run("check")
    assert checked.code == code
    assert "larger than 20 MB" in checked.lines_about(path)[0]


def test_long_chain_of_functions(hostile: Hostile) -> None:
    names = ["fetch", *(f"f{n}" for n in range(3000)), "last"]
    hops = "".join(f"async def {a}(c):\n    return await {b}(c)\n" for a, b in pairwise(names))
    hostile.write("app/service.py", f"{hops}async def last(c):\n    return await c.fetchval('')\n".encode())
    assert hostile.command("check", "-q").code in (1, 3)


def test_long_chain_of_fixtures(hostile: Hostile) -> None:
    hops = "".join(
        f'@pytest_asyncio.fixture(scope="session")\nasync def f{n}(f{n + 1}):\n    return f{n + 1}\n'
        for n in range(1500)
    )
    last = '@pytest_asyncio.fixture(scope="session")\nasync def f1500(conn):\n    return conn\n'
    hostile.write("tests/conftest.py", CONFTEST + (hops + last).encode())
    hostile.write("tests/test_a.py", b"async def test_a(f0):\n    await f0.fetchval('')\n")
    assert hostile.command("check", "-q").code in (1, 3)
