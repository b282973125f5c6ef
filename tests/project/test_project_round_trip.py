"""Edited configuration, read again as pytest reads it: the old options with ours changed, for every version.

The texts are in odd styles on purpose. What the edit does not name keeps its value, and so do rootdir and inifile.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from pytest_real import INSTALLED, determine_setup

from codemod.errors import ConfigError, FileError
from codemod.operations import ConfigOperation, RemoveListItem, RemoveOption, RemoveSection, SetOption
from codemod.project.pytest_config import NEWEST, find_setup, resolve
from codemod.project.pytest_tables import INI_OPTIONS, NATIVE
from codemod.rewrite import rewrite_file

VERSIONS = ((7, 4), (8, 4), (9, 2))
SCOPE = "asyncio_default_fixture_loop_scope"
Section = tuple[str, ...]
Values = dict[str, object]

newlines = st.sampled_from(("\n", "\n", "\r\n"))
gaps = st.sampled_from(("", "\n", "\n\n", "# [pytest]\n", "# c\n\n"))


# --- INI -------------------------------------------------------------------------------------------------------------

INI_LINES = (
    "asyncio_mode = strict",
    "asyncio_mode:auto",
    "asyncio_mode   =  auto  # c",
    f"{SCOPE}=session",
    f"{SCOPE} =",
    "asyncio_debug = %(x)s %",
    "filterwarnings =\n    error\n    ignore:a",
    "filterwarnings = error\n\n  # c\n  ignore:a\n\n  ; c",
    "filterwarnings =\n\tignore:a\n\terror\n\tignore:a",
    "filterwarnings: ignore:a",
    "addopts = -q\n  -x = 1\n  [a]",
    "other = a\n\n# c\n  b",
    "Asyncio_Mode = x",
    "# asyncio_mode = auto",
    "  # c",
    "; [pytest]",
    "",
    "  ",
)
INI_OTHERS = ("[a]\nasyncio_mode = x\n", "[pytest:x] # c\nfilterwarnings =\n  ignore:a\n", "[flake8]\n", "# end\n")


def name_of(line: str) -> str:
    return line if "#" in line[:5] or not line.strip() else line.replace(":", "=").partition("=")[0].strip()


@st.composite
def ini_texts(draw: st.DrawFn, header: str) -> str:
    before, after = draw(st.lists(st.sampled_from(INI_OTHERS), max_size=2, unique=True)), draw(gaps)
    heads = st.sampled_from((f"[{header}]", f"[{header}]", f"[{header}]  # c", ""))
    lines = [draw(heads), *draw(st.lists(st.sampled_from(INI_LINES), max_size=6, unique_by=name_of))]
    own = "\n".join(lines) + "\n" if lines[0] else ""
    tail = "" if before else draw(st.sampled_from(("", *INI_OTHERS)))
    text = draw(gaps) + "".join(before) + after + own + draw(gaps) + tail
    return draw(st.sampled_from(("", "", "\ufeff"))) + (text if draw(st.booleans()) else text.removesuffix("\n"))


# --- TOML ------------------------------------------------------------------------------------------------------------

TOML_VALUES = {
    "asyncio_mode": ('"auto"', "'strict'", '"""\nauto"""', '"a#b"'),
    SCOPE: ("'session'", '"%(x)s"', '""'),
    "asyncio_debug": ("true", '"true"', "'no'"),
    "filterwarnings": (
        '["error", "ignore:a"]',
        "['ignore:a']",
        "[\n  'ignore:a',  # why\n  # own\n  'error', ]",
        "[\n    'error'\n  , 'ignore:a'\n]",
        "'''\nerror\nignore:a\n'''",
        '"ignore:a"',
        "[]",
    ),
    "markers": ("['a: b', 'c']", "[ ]"),
    "other": ("1", "1.50", "1979-05-27", "[[1], {a = 'ignore:a'}]"),
}
TOML_OTHERS = (
    "[a]\nasyncio_mode = 'x'\n",
    "[tool.black]\nx = [\n  '[tool.pytest]',\n]\n",
    "[[b]]\n[[b]]\nfilterwarnings = 1\n",
)


@st.composite
def toml_texts(draw: st.DrawFn, section: Section) -> str:
    names = draw(st.lists(st.sampled_from(sorted(TOML_VALUES)), max_size=5, unique=True))
    pairs = [(name, draw(st.sampled_from(TOML_VALUES[name]))) for name in names]
    # A list of tables counts as an option outside its table in pytest.toml.
    others = draw(st.lists(st.sampled_from(TOML_OTHERS[: 2 if section == ("pytest",) else 3]), max_size=2, unique=True))
    depth = draw(st.integers(0, len(section)))
    head, rest = section[:depth], section[depth:]
    if draw(st.integers(0, 3)) == 0 and rest:
        own = [f"{'.'.join(rest)} = {{{', '.join(f'{name} = {value}' for name, value in pairs)}}}"]
    else:
        own = [line for pair in pairs for line in toml_lines(draw, rest, *pair)]
    header = [toml_header(draw, head)] if head else []
    kept = draw(st.booleans()) or not own
    before, after = (others, []) if head and kept else ([], others)
    text = draw(gaps) + "".join(before) + "\n".join([*header, *own, draw(gaps)]) + "".join(after)
    return text if draw(st.booleans()) else text.rstrip("\n")


def toml_lines(draw: st.DrawFn, rest: Section, name: str, value: str) -> list[str]:
    key = ".".join((*rest, draw(st.sampled_from((name, f'"{name}"')))))
    line = f"{draw(st.sampled_from(('', '  ')))}{key}{draw(st.sampled_from((' = ', '=', '   =  ')))}{value}"
    return [*draw(st.sampled_from(([], ["# c"], ["", "# ] '''"]))), line + draw(st.sampled_from(("", "  # c", " ")))]


def toml_header(draw: st.DrawFn, names: Section) -> str:
    quoted = [draw(st.sampled_from((name, name, f'"{name}"'))) for name in names]
    return draw(st.sampled_from(("[{}]", "[ {} ]", "  [{}]  # c"))).format(
        draw(st.sampled_from((".", " . "))).join(quoted)
    )


# --- the law ---------------------------------------------------------------------------------------------------------


@st.composite
def operations(draw: st.DrawFn, path: str, section: Section) -> ConfigOperation:
    key = draw(st.sampled_from(("asyncio_mode", SCOPE, "asyncio_debug", "filterwarnings")))
    match draw(st.integers(0, 7)):
        case 0 | 1 | 2:
            value = {"filterwarnings": ("x",), "asyncio_debug": ("true", "false")}.get(key, ("auto", "session", "%d"))
            return SetOption(path, section, key, draw(st.sampled_from(value)))
        case 3 | 4:
            return RemoveOption(path, section, key)
        case 5 | 6:
            return RemoveListItem(path, section, "filterwarnings", draw(st.sampled_from(("ignore:a", "error"))))
    return RemoveSection(path, section)


FILES: list[tuple[str, Section]] = [
    ("pytest.ini", ("pytest",)),
    (".pytest.ini", ("pytest",)),
    ("tox.ini", ("pytest",)),
    ("setup.cfg", ("tool:pytest",)),
    ("pyproject.toml", INI_OPTIONS),
    ("pyproject.toml", NATIVE),
    ("pytest.toml", ("pytest",)),
]


@st.composite
def edits(draw: st.DrawFn) -> tuple[bytes, ConfigOperation]:
    path, section = draw(st.sampled_from(FILES))
    text = draw(toml_texts(section) if path.endswith(".toml") else ini_texts(section[0]))
    return text.replace("\n", draw(newlines)).encode(), draw(operations(path, section))


@settings(max_examples=200, deadline=None)
@given(edits())
def test_pytest_reads_the_old_options_with_ours_changed(edit: tuple[bytes, ConfigOperation]) -> None:
    data, operation = edit
    try:
        new = rewrite_file(operation.path, data, [operation])
    except FileError as error:
        event(f"refused: {error.reason[:30]}")
        return
    event(f"{type(operation).__name__} {'changes' if new != data else 'stays'}")
    with tempfile.TemporaryDirectory() as folder:
        for version in VERSIONS:
            before, after = (answer(Path(folder), operation.path, each, version) for each in (data, new))
            if before is None:
                continue
            assert after is not None, version
            reads = version >= (9, 0) or not is_native(operation)
            found = after[2]
            if isinstance(operation, RemoveListItem) and reads and operation.key in found:
                found = {**found, operation.key: entries(found[operation.key])}
            assert found == (changed(before[2], operation) if reads else before[2]), version
            if reads and after[2]:
                assert after[:2] == (True, operation.section)


def is_native(operation: ConfigOperation) -> bool:
    return operation.path == "pytest.toml" or operation.section == NATIVE


def answer(folder: Path, path: str, data: bytes, version: tuple[int, int]) -> tuple[bool, Section, Values] | None:
    """Return whether the file is the inifile, the section and its values; None where pytest refuses it."""
    file = folder / path
    file.write_bytes(data)
    try:
        found = find_setup(folder, [folder], pytest_version=version)
    except ConfigError:
        found = None
    if version == min(INSTALLED, NEWEST):
        real = determine_setup(folder, [str(folder)], None, None)
        assert real == (found and (found.rootdir, found.inifile, dict(found.section.values)))
    if found is None:
        return None
    values = dict(found.section.values)
    resolved(folder, values, version, native=found.section.native)
    return found.inifile == file, found.section.path, values


def resolved(folder: Path, values: Values, version: tuple[int, int], *, native: bool) -> None:
    """Check that the options in force are those of the file, unless pytest refuses the type of one."""
    try:
        options = resolve(folder, version).options
    except ConfigError:
        assert native
        return
    for name in ("asyncio_mode", SCOPE, "asyncio_debug"):
        if name in values:
            assert options[name].value == (str(values[name]).lower() if native else values[name])


def changed(values: Values, operation: ConfigOperation) -> Values:
    """Return the values that the operation asks for."""
    values = dict(values)
    match operation:
        case SetOption(key=key, value=value):
            typed = is_native(operation) and value in ("true", "false")
            values[key] = value == "true" if typed else value
        case RemoveOption(key=key):
            values.pop(key, None)
        case RemoveListItem(key=key, item=item):
            values[key] = [each for each in entries(values[key]) if each != item]
            if not values[key]:
                del values[key]
        case RemoveSection():
            return {}
    return values


def entries(value: Any) -> list[object]:
    """Return the entries of a list option: pytest takes the lines of a text without blank ones."""
    return [line.strip() for line in value.split("\n") if line.strip()] if isinstance(value, str) else value
