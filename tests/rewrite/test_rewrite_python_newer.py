"""Syntax newer than the running Python is told from wrong syntax, and deep nesting is not handed to libcst."""

from __future__ import annotations

import libcst
import pytest

from codemod.rewrite.python.newer import is_valid


@pytest.mark.parametrize("data", [b"x = 1\n", b"", b"x = " + b"[" * 150 + b"]" * 150 + b"\n"])
def test_what_this_python_reads_is_valid(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(libcst, "parse_module", lambda data: pytest.fail("not needed"))
    assert is_valid(data)


@pytest.mark.parametrize("data", [b"def x(:\n", b"# coding: rot13\nx = 1\n", b"x = '\xff'\n", b"x = 1\0\n", b"if x:\n"])
def test_what_is_wrong_in_every_python(data: bytes) -> None:
    assert not is_valid(data)


CHAINS = {
    "plus": b" + ".join([b"a"] * 10_000),
    "and": b" and ".join([b"a"] * 10_000),
    "attributes": b"a" + b".b" * 10_000,
    "calls": b"a" + b"()" * 10_000,
    "unary": b"not " * 10_000 + b"a",
    "minus": b"-" * 10_000 + b"a",
    "lambda": b"lambda: " * 10_000 + b"a",
    "conditions": b"a if b else " * 10_000 + b"c",
    "in brackets": b"(a" + b" + a" * 150 + b" + (b" + b" + b" * 150 + b"))",
    "parentheses": b"(" * 2000 + b"a" + b")" * 2000,
    "branches": b"1\nif a: pass\n" + b"elif b: pass\n" * 10_000,
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_deep_syntax_never_reaches_libcst(monkeypatch: pytest.MonkeyPatch, chain: bytes) -> None:
    monkeypatch.setattr(libcst, "parse_module", lambda data: pytest.fail("would die"))
    assert not is_valid(b"x = " + chain + b"\ndef wrong(:\n")


def test_wide_syntax_does(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(libcst, "parse_module", seen.append)
    assert is_valid(b"x = [" + b"-1, " * 10_000 + b"]\n" + b"y = a + b\n" * 300 + b"type type = newer than this\n")
    assert len(seen) == 1
