"""How another value is put into a command or into ``addopts``: only where the words stand in data as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.operations import ReplaceWord
from codemod.project.commands import Place
from codemod.project.invocations import settings_of
from codemod.project.shell_words import Word
from codemod.source.words import are_plain, in_value

if TYPE_CHECKING:
    from codemod.project.invocations import Setting
    from codemod.project.places import ConfigPlace
    from codemod.project.pytest_config import PytestConfig

_EDITABLE = (".toml", ".ini", ".cfg")


def with_value(setting: Setting, value: str) -> str:
    """Return the words of ``setting`` with ``value`` in place of theirs."""
    return f"{setting.written.removesuffix(setting.value or '')}{value}"


def word_edit(setting: Setting, value: str) -> ReplaceWord | None:
    """Return the edit that gives ``setting`` another value, None where its place is no data that can be edited."""
    place, old, new = setting.place, setting.written, with_value(setting, value)
    if place is None or not setting.value or setting.path.startswith("../") or not setting.path.endswith(_EDITABLE):
        return None
    if not are_plain(old, new) or not in_value(place.value, old, old)[1]:
        return None
    return ReplaceWord(setting.path, place.section, place.key, old, new)


def in_addopts(config: PytestConfig, place: ConfigPlace, option: str) -> Setting | None:
    """Return the words in the ``addopts`` of the configuration file that set ``option``, None where there are none."""
    if config.written_addopts is None:
        return None
    words = [Word(text, 1) for text in config.lists["addopts"]]
    found = settings_of(words, place.path, Place(place.section, "addopts", config.written_addopts))
    return next((each for each in reversed(list(found)) if each.option == option), None)
