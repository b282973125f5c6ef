"""The scalars of a YAML text with the way to each and its place; nothing is constructed from it.

Only nodes are composed: tags make no objects, an alias says nothing new, merge keys are keys like others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: ``key`` leads to it through mappings and sequences, beginning with the number of the document.

    It is spelt, with its quotes, at ``text[start:end]`` and begins on ``line`` (from 1).
    """

    key: tuple[str | int, ...]
    value: str
    line: int
    start: int
    end: int


def scalars(text: str) -> list[Scalar]:
    """Return every scalar value (no mapping keys) of ``text`` in order; raise ValueError where it is not YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        documents = list(YAML(pure=True).compose_all(text))
        seen: set[int] = set()
        return [found for number, node in enumerate(documents) for found in _scalars(node, (number,), seen)]
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"{where}{getattr(error, 'problem', None) or 'not YAML'}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _scalars(node: Any, key: tuple[str | int, ...], seen: set[int]) -> Iterator[Scalar]:
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    if id(node) in seen:
        return  # an alias; followed again and again they could be a bomb
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        yield Scalar(key, str(node.value), node.start_mark.line + 1, node.start_mark.index, node.end_mark.index)
    elif isinstance(node, SequenceNode):
        for index, each in enumerate(node.value):
            yield from _scalars(each, (*key, index), seen)
    elif isinstance(node, MappingNode):
        for name, value in node.value:
            yield from _scalars(value, (*key, str(name.value)), seen)
