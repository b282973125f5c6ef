"""Any document of each format: its parser then reads what it read before with one string changed, or all stays."""

from __future__ import annotations

import ast
import configparser
import copy
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from codemod.errors import FileError
from codemod.operations import SetRequirement
from codemod.rewrite import rewrite_file

Key = tuple[str | int, ...]

OLDS = ("pytest-asyncio==0.21", "==0.21", "0.21", "^0.21", "*")
NEWS = ("pytest-asyncio==1.1", ">=1.1,<2", "==0.21,<2", "1.1 ; x < '4'", 'a"b', "x #y", "*")
WORDS = (
    *OLDS,
    "pytest-asyncio==0.21.1",
    "my-pytest-asyncio==0.21",
    "pytest-asyncio[x]==0.21 ; y < 3",
    "==0.21 # ==0.21",
    "a,^0.21",
    "==0.21 --hash=a",
    "plain",
)
words = st.sampled_from(WORDS)
comments = st.sampled_from(("", "", "# ==0.21", "  # pytest-asyncio==0.21"))
marks = st.sampled_from(("", "\ufeff"))
newlines = st.sampled_from(("\n", "\r\n"))
edits = st.tuples(st.sampled_from(OLDS), st.sampled_from(NEWS)).filter(lambda edit: edit[0] != edit[1])


def check(path: str, text: str, operation: SetRequirement, style: tuple[str, str], reader: Any, key: Key) -> None:
    """Edit ``text`` in a style and compare what ``reader`` finds; an edit twice is an edit."""
    bom, newline = style
    data = (bom + text).replace("\n", newline).encode()
    try:
        result = rewrite_file(path, data, [operation])
    except FileError:
        return
    assert rewrite_file(path, result, [operation]) == result
    new = result.decode().removeprefix(bom).replace(newline, "\n")
    assert (bom + new).replace("\n", newline).encode() == result
    before, after = reader(text), reader(new)
    if new == text:
        assert operation.new in str(at(before, key))
        return
    was, now = at(before, key), at(after, key)
    assert now in spliced(was, operation.old, operation.new)
    assert put(copy.deepcopy(before), key, now) == after
    assert new in spliced(text, operation.old, operation.new)


def line_in(data: st.DataObject, text: str, old: str) -> int:
    """Draw a line that holds ``old``, or any."""
    lines = [number for number, line in enumerate(text.split("\n"), 1) if old in line]
    return data.draw(st.sampled_from([*lines, *lines, 1]))


def spliced(text: str, old: str, new: str) -> set[str]:
    """Return every text that has one ``old`` replaced."""
    places = [place for place in range(len(text)) if text.startswith(old, place)]
    return {text[:place] + new + text[place + len(old) :] for place in places}


def at(data: Any, key: Key) -> Any:
    for name in key:
        data = data[name]
    return data


def put(data: Any, key: Key, value: object) -> Any:
    at(data, key[:-1])[key[-1]] = value
    return data


# --- TOML ------------------------------------------------------------------------------------------------------------


@st.composite
def toml_texts(draw: st.DrawFn) -> tuple[str, list[Key]]:
    """Draw tables of strings, lists and inline tables in either quotes, with the ways to the strings."""
    lines, keys = [], list[Key]()
    for table in draw(st.lists(st.sampled_from("abc"), max_size=3, unique=True)):
        lines += [draw(comments).strip(), f"[{table}]"]
        for name in draw(st.lists(st.sampled_from("xyz"), max_size=3, unique=True)):
            items = [toml_string(draw(words), draw(st.booleans())) for _ in range(draw(st.integers(1, 3)))]
            kind, gap = draw(st.integers(0, 3)), draw(st.sampled_from((" ", "\n", " # ==0.21\n  ")))
            if kind == 0:
                lines.append(f"{name} = {items[0]}{draw(comments)}")
                keys.append((table, name))
            elif kind == 1:
                lines.append(f"{name} = [{gap}{f',{gap}'.join(items)}{gap}]{draw(comments)}")
                keys += [(table, name, index) for index in range(len(items))]
            elif kind == 2:
                lines.append(f"{name} = {{version = {items[0]}, other = {items[-1]}}}")
                keys += [(table, name, "version"), (table, name, "other")]
            else:
                lines.append(f"{name}.version = {items[0]}")
                keys.append((table, name, "version"))
    return "\n".join(lines) + draw(st.sampled_from(("", "\n"))), keys


def toml_string(value: str, literal: bool) -> str:
    return f"'{value}'" if literal else f'"{value}"'


@settings(max_examples=100, deadline=None)
@given(toml_texts(), st.tuples(marks, newlines), edits, st.data())
def test_any_toml(
    drawn: tuple[str, list[Key]], style: tuple[str, str], edit: tuple[str, str], data: st.DataObject
) -> None:
    text, keys = drawn
    found = tomllib.loads(text)
    key = data.draw(st.sampled_from([key for key in keys if edit[0] in at(found, key)] or [("a", "x")]))
    check(
        "pyproject.toml",
        text,
        SetRequirement("pyproject.toml", line_in(data, text, edit[0]), key, *edit),
        style,
        tomllib.loads,
        key,
    )


# --- INI -------------------------------------------------------------------------------------------------------------


@st.composite
def ini_texts(draw: st.DrawFn) -> str:
    lines = []
    for section in draw(st.lists(st.sampled_from("ab"), min_size=1, max_size=3)):
        lines.append(f"[{section}]")
        for name in draw(st.lists(st.sampled_from(("deps", "x", "bare")), max_size=3)):
            first = draw(st.one_of(words, st.just("")))
            lines.append("bare" if name == "bare" else f"{name} = {first}{draw(comments)}")
            more = draw(
                st.lists(st.one_of(words, comments, st.just("%(a)s"), words.map("py39: {}".format)), max_size=3)
            )
            lines += [f"    {each}" for each in more]
    return "\n".join(lines) + draw(st.sampled_from(("", "\n")))


def ini_data(text: str) -> dict[str, dict[str, str | None]]:
    config = configparser.RawConfigParser(strict=False, allow_no_value=True)
    config.read_string(text)
    return {name: dict(section) for name, section in config.items()}


@settings(max_examples=100, deadline=None)
@given(ini_texts(), st.tuples(marks, newlines), edits, st.data())
def test_any_ini(text: str, style: tuple[str, str], edit: tuple[str, str], data: st.DataObject) -> None:
    try:
        sections = ini_data(text)
    except (configparser.Error, AttributeError):
        with pytest.raises(FileError):
            rewrite_file("tox.ini", text.encode(), [SetRequirement("tox.ini", 1, ("a", "deps"), *edit)])
        return
    ways = [(name, key) for name, keys in sections.items() for key, value in keys.items() if edit[0] in (value or "")]
    key = data.draw(st.sampled_from(ways or [("a", "deps")]))
    operation = SetRequirement("tox.ini", line_in(data, text, edit[0]), key, *edit)
    check("tox.ini", text, operation, style, ini_data, key)


# --- YAML ------------------------------------------------------------------------------------------------------------


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    lines = []
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)):
        items = [
            yaml_string(draw(words), draw(st.sampled_from(("", "'", '"')))) for _ in range(draw(st.integers(1, 3)))
        ]
        lines.append(draw(comments).strip())
        kind = draw(st.integers(0, 3))
        if kind == 0:
            lines.append(f"{name}: {items[0]}{draw(comments)}")
        elif kind == 1:
            lines += [f"{name}:", *(f"- {item}{draw(comments)}" for item in items)]
        elif kind == 2:
            lines.append(f"{name}: [{', '.join(items)}]")
        else:
            lines += [f"{name}: |", *(f"  {draw(words)}" for _ in items)]
    return "\n".join(lines) + draw(st.sampled_from(("", "\n")))


def yaml_string(value: str, quote: str) -> str:
    return f"{quote}{value}{quote}"


def yaml_data(text: str) -> Any:
    return [YAML(typ="safe", pure=True).load(text)]


@settings(max_examples=100, deadline=None)
@given(yaml_texts(), st.tuples(marks, newlines), edits, st.data())
def test_any_yaml(text: str, style: tuple[str, str], edit: tuple[str, str], data: st.DataObject) -> None:
    try:
        documents = yaml_data(text)
    except YAMLError:
        with pytest.raises(FileError):
            rewrite_file("a.yml", text.encode(), [SetRequirement("a.yml", 1, (0, "a"), *edit)])
        return
    ways: list[Key] = []
    for name, value in documents[0].items():
        items = (
            [((0, name, n), each) for n, each in enumerate(value)] if isinstance(value, list) else [((0, name), value)]
        )
        ways += [way for way, each in items if edit[0] in str(each)]
    key = data.draw(st.sampled_from(ways or [(0, "a")]))
    check("a.yml", text, SetRequirement("a.yml", line_in(data, text, edit[0]), key, *edit), style, yaml_data, key)


# --- Python ----------------------------------------------------------------------------------------------------------


@st.composite
def python_texts(draw: st.DrawFn) -> str:
    lines = ["x = 1"]
    for _ in range(draw(st.integers(1, 4))):
        spelt = [draw(st.sampled_from(("'{}'", '"{}"', "r'{}'", "f'{}'", "b'{}'", "'é' '{}'"))) for _ in range(2)]
        items = [each.format(draw(words)) for each in spelt]
        gap = draw(st.sampled_from((" ", "\n    ", "  # ==0.21\n  ")))
        lines.append(f"{draw(st.sampled_from(('x', 'é')))} = [{items[0]},{gap}{items[1]}]{draw(comments)}")
    return "\n".join(lines) + draw(st.sampled_from(("", "\n")))


@settings(max_examples=100, deadline=None)
@given(python_texts(), st.tuples(marks, newlines), edits, st.data())
def test_any_python(text: str, style: tuple[str, str], edit: tuple[str, str], data: st.DataObject) -> None:
    (bom, newline), (old, new) = style, edit
    line = line_in(data, text, old)
    operation = SetRequirement("setup.py", line, (), old, new)
    try:
        result = rewrite_file("setup.py", (bom + text).replace("\n", newline).encode(), [operation])
    except FileError:
        return
    assert rewrite_file("setup.py", result, [operation]) == result
    changed = result.decode().removeprefix(bom).replace(newline, "\n")
    strings, after = python_strings(text), python_strings(changed)
    assert len(strings) == len(after)
    different = [(was, now) for was, now in zip(strings, after, strict=True) if was != now]
    if changed == text:
        assert any(new in value for number, value in strings if number == line)
        return
    [((was_line, was), (now_line, now))] = different
    assert was_line == now_line == line
    assert now in spliced(was, old, new)
    assert changed in spliced(text, old, new)
    assert ast.dump(ast.parse(changed)).replace(repr(now), repr(was)) == ast.dump(ast.parse(text)).replace(
        repr(now), repr(was)
    )


def python_strings(text: str) -> list[tuple[int, str]]:
    return [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


# --- lines -----------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("", "-r ", "  ", "# ")), words, st.sampled_from(("", " \\", " # c \\", " # ==0.21")))
    ),
    st.tuples(marks, newlines),
    edits,
    st.data(),
)
def test_any_lines(
    parts: list[tuple[str, str, str]], style: tuple[str, str], edit: tuple[str, str], data: st.DataObject
) -> None:
    (bom, newline), (old, new) = style, edit
    text = "\n".join("".join(part) for part in parts)
    line = line_in(data, text, old)
    operation = SetRequirement("requirements.txt", line, (), old, new)
    try:
        result = rewrite_file("requirements.txt", (bom + text).replace("\n", newline).encode(), [operation])
    except FileError:
        return
    assert rewrite_file("requirements.txt", result, [operation]) == result
    changed = result.decode().removeprefix(bom).replace(newline, "\n")
    lines, after = text.split("\n"), changed.split("\n")
    assert len(lines) == len(after)
    different = [number for number, (was, now) in enumerate(zip(lines, after, strict=True)) if was != now]
    if not different:
        assert new in changed
        return
    [number] = different
    assert all(each.endswith("\\") and not each.lstrip().startswith("#") for each in lines[line - 1 : number])
    assert line - 1 <= number
    assert "#" not in lines[number].partition(old)[0]
    assert "--hash" not in lines[number]
    assert not lines[number].startswith("-r")
    assert changed in spliced(text, old, new)
