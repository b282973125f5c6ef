"""Commands in files of lines: tox.ini and setup.cfg, Makefiles, justfiles, shell scripts, Dockerfiles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.project.commands import ADDOPTS, Place, Script, Variable, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SECTION = re.compile(r"\[(?P<name>[^\]]*)\]")
_OPTION = re.compile(r"(?P<key>[^\s=:#;\[][^=:]*?)\s*[=:]\s*(?P<value>.*)")
_FACTOR = re.compile(r"^[\w.,!{}*-]+\s*:(?=\s)\s*")
_HERE = re.compile(r"\{(?:toxinidir|tox_root)\}")
_SETENV = re.compile(rf"{ADDOPTS}\s*=\s*(?P<value>.*)")
_MAKE_PREFIX = re.compile(r"[@+\s-]*")
_DOCKER = re.compile(r"\s*(?:RUN|CMD|ENTRYPOINT)\s+(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_DOCKER_FLAG = re.compile(r"--\w[\w-]*=\S+\s+")
_JUST_RECIPE = re.compile(r"\S.*:(?!=)")
_TOX_COMMANDS = ("commands_pre", "commands", "commands_post")


@dataclass(frozen=True, slots=True)
class Option:
    """An option of an INI file: its lines as text and number, without the comments among them."""

    lines: tuple[tuple[str, int], ...]

    @property
    def text(self) -> str:
        """Return the value as it stands, with the first line stripped."""
        return "\n".join(text for text, _ in self.lines)


def ini_options(text: str) -> dict[str, dict[str, Option]]:
    """Return the options of each section; of a key that is there twice the last. What is no INI is passed over."""
    sections: dict[str, dict[str, list[tuple[str, int]]]] = {}
    section, key = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("#", ";")):
            continue
        if line[:1].isspace():
            if key and line.strip():
                sections[section][key].append((line.strip(), number))
        elif header := _SECTION.match(line):
            section, key = header["name"], ""
            sections.setdefault(section, {})
        elif (found := _OPTION.match(line)) and section:
            key = found["key"]
            sections[section][key] = [(found["value"].strip(), number)]
        else:
            key = ""
    return {name: {key: Option(tuple(lines)) for key, lines in options.items()} for name, options in sections.items()}


# --- tox -----------------------------------------------------------------------------------------------------------


def tox_scripts(path: str, folder: str, text: str, host: Place | None = None) -> Iterator[Script]:
    """Yield the commands of tox.ini or setup.cfg; ``host`` is the value they all stand in, if that is another file's.

    An environment without commands of its own runs those of [testenv], with its own variables and folder.
    """
    sections = ini_options(text)
    for name, options in sections.items():
        if path.endswith("setup.cfg") and not name.startswith(("testenv", "tox:")):
            continue
        base = sections.get("testenv", {}) if name.startswith("testenv:") else {}
        own = [key for key in _TOX_COMMANDS if key in options]
        changed = any(key in options for key in ("setenv", "set_env", "changedir", "change_dir"))
        for key in own or ([key for key in _TOX_COMMANDS if key in base] if changed else []):
            section = name if key in options else "testenv"
            option = sections[section][key]
            place = host or Place((section,), key, option.text)
            folders = _tox_folders(folder, {**base, **options})
            addopts = _tox_addopts(path, [(name, options), ("testenv", base)], host)
            for line in _tox_lines(option):
                yield Script(path, (line,), (), folders, addopts, place, shell=False)


def _tox_lines(option: Option) -> Iterator[tuple[str, int]]:
    """Yield each command with its line; lines that end in a backslash are one with the next."""
    waiting: list[tuple[str, int]] = []
    for text, number in option.lines:
        waiting.append((text, number))
        if not text.endswith("\\"):
            yield _tox_command(waiting)
            waiting = []
    if waiting:
        yield _tox_command(waiting)


def _tox_command(lines: Sequence[tuple[str, int]]) -> tuple[str, int]:
    first, start = lines[0]
    text = "\n".join((_FACTOR.sub("", first).lstrip("-!@ "), *(each for each, _ in lines[1:])))
    return _HERE.sub(".", text), start


def _tox_folders(folder: str, options: Mapping[str, Option]) -> tuple[str, ...]:
    for key in ("changedir", "change_dir"):
        if key in options:
            name = _HERE.sub(".", options[key].text.strip())
            return () if "{" in name or "\n" in name else joined((folder,), name)
    return (folder,)


def _tox_addopts(
    path: str, sections: Sequence[tuple[str, Mapping[str, Option]]], host: Place | None
) -> Variable | None:
    """Return PYTEST_ADDOPTS of the first section that sets it."""
    for name, options in sections:
        for key in ("setenv", "set_env"):
            for text, number in options[key].lines if key in options else ():
                if found := _SETENV.fullmatch(_FACTOR.sub("", text)):
                    place = host or Place((name,), key, options[key].text)
                    return Variable(path, number, found["value"], place)
    return None


# --- make, just, shell, Docker -------------------------------------------------------------------------------------


def make_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the lines of recipes: each is a shell of its own."""
    addopts = None
    for line, number in _logical(text):
        if line.startswith("\t"):
            command = _MAKE_PREFIX.sub("", line, count=1)
            yield Script(path, ((command, number),), (), (folder,), addopts)
        elif found := re.match(rf"(?:export\s+)?{ADDOPTS}\s*[:?+]*=\s*(?P<value>.*)", line):
            addopts = Variable(path, number, found["value"].replace("$(", "${").replace(")", "}"))


def just_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the indented lines below the recipes of a justfile."""
    inside = False
    for line, number in _logical(text):
        if not line[:1].isspace():
            inside = _JUST_RECIPE.match(line) is not None if line else inside
        elif inside:
            yield Script(path, ((_MAKE_PREFIX.sub("", line, count=1), number),), (), (folder,))


def shell_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield the whole file; it is started in its own folder, or in one above it, as a person likes."""
    parts = folder.split("/") if folder else []
    folders = tuple("/".join(parts[:count]) for count in range(len(parts), -1, -1))
    yield Script(path, ((text, 1),), (), folders)


def docker_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield what RUN, CMD and ENTRYPOINT run; where in the image that is, nobody can see from here."""
    del folder
    for line, number in _logical(text):
        if found := _DOCKER.match(line):
            rest = found["rest"]
            while flag := _DOCKER_FLAG.match(rest):
                rest = rest[flag.end() :]
            words = rest.strip()
            if words.startswith("["):
                words = re.sub(r"[\[\],]", " ", words)
            yield Script(path, ((words, number),))


def _logical(text: str) -> Iterator[tuple[str, int]]:
    """Yield lines with their numbers; those that end in a backslash are joined with the next, line breaks kept."""
    waiting: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        start = start if waiting else number
        waiting.append(line)
        if not line.endswith("\\"):
            yield "\n".join(waiting), start
            waiting = []
    if waiting:
        yield "\n".join(waiting), start
