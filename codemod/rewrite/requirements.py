"""Change a requirement as text: its place is found by the effect of the change, in every format in the same way.

Wherever the old text stands in the file, the new one is tried. The place is the one where the file's own parser then
reads what it read before, with just the string that is meant changed in just this way. So nothing here knows how a
format spells a string; comments, quotes and all other bytes stay because they are never touched.

Where one string holds the old text twice, the place on the operation's line is meant. Two on that line are refused, as
are two elsewhere with none on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from codemod.errors import FileError, RewriteError
from codemod.rewrite.config_text import edited
from codemod.rewrite.requirement_data import behind_requirement, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemod.operations import SetRequirement
    from codemod.rewrite.requirement_data import Data, Way

# Every place that is tried costs a reading of the file.
_MOST_PLACES = 500


def rewrite(path: str, data: bytes | None, operations: Sequence[SetRequirement]) -> bytes:
    """Return ``data`` with ``operations`` done in order; what is done already stays as it is.

    Raises FileError where the file is not UTF-8 or broken, RewriteError, naming the line, where the place is not
    there or not the only one, carries hashes, or is in a lock file.
    """
    return edited(path, data, operations, _apply)


def _apply(path: str, text: str, operation: SetRequirement) -> str:
    """Return ``text`` after one operation."""
    old, new, where = operation.old, operation.new, f"line {operation.line}"
    if not old or not new.strip() or not new.isprintable():
        raise RewriteError(path, f"{where}: {old!r} cannot become {new!r}")
    if old == new:
        return text
    search = _Search(path, text, read(path, text), operation.line, operation.key or (operation.line,))
    for on_line in (True, False):
        found = list(islice(search.places(old, new, on_line), 2))
        if len(found) > 1:
            raise RewriteError(path, f"{where}: {old!r} stands more than once where it could be meant")
        for place in found:
            if "--hash" in place.requirement:
                raise RewriteError(path, f"{where}: a requirement with hashes, which only its own tool can change")
            return place.result
        if any(search.places(new, old, on_line)):
            return text
    raise RewriteError(path, f"{where}: {old!r} is not there, or cannot be changed without a change to something else")


@dataclass(frozen=True, slots=True)
class _Place:
    """A proven place: the text after the change, and the line of the string in which the requirement stands."""

    result: str
    requirement: str


@dataclass(frozen=True, slots=True)
class _Search:
    """A file as text and as ``data``, and the string in it that is meant: by its way and the line it stands on."""

    path: str
    text: str
    data: Data
    line: int
    way: Way

    def places(self, old: str, new: str, on_line: bool) -> Iterator[_Place]:
        """Yield where ``old`` can become ``new``: on the line, or elsewhere with the nearest first."""
        start = self._line_start()
        end = self.text.find("\n", start) + 1 or len(self.text) + 1
        found = [at for at in _standing_alone(self.text, old, new) if (start <= at < end) is on_line]
        for at in sorted(found, key=lambda at: abs(at - start))[:_MOST_PLACES]:
            result = f"{self.text[:at]}{new}{self.text[at + len(old) :]}"
            if _alone(new).match(result, at) and (requirement := self._proven(result, old, new)) is not None:
                yield _Place(result, requirement)

    def _line_start(self) -> int:
        start = 0
        for _ in range(1, self.line):
            start = self.text.find("\n", start) + 1 or len(self.text)
        return start

    def _proven(self, result: str, old: str, new: str) -> str | None:
        """Return the line in which the string changed, None where ``result`` does not say exactly what is wanted."""
        try:
            after = read(self.path, result)
        except FileError:
            return None
        if [way for way, _ in self.data] != [way for way, _ in after]:
            return None
        changed = [(was, now) for was, now in zip(self.data, after, strict=True) if was != now]
        if [was[0] for was, _ in changed] != [self.way]:
            return None
        ((_, was), (_, now)) = changed[0]
        return self._line_of_change(was, now, old, new) if isinstance(was, str) and isinstance(now, str) else None

    def _line_of_change(self, was: str, now: str, old: str, new: str) -> str | None:
        """Return the line of the string ``was`` in which ``old`` became ``new``, if it is a requirement there."""
        for at in _standing_alone(was, old, new):
            if f"{was[:at]}{new}{was[at + len(old) :]}" == now:
                start = was.rfind("\n", 0, at) + 1
                if not behind_requirement(self.path).search(was[start:at]):
                    return was[start:].split("\n", maxsplit=1)[0]
        return None


def _standing_alone(text: str, old: str, new: str) -> Iterator[int]:
    """Yield where ``old`` begins in ``text``, not inside a longer name, version or constraint, nor inside ``new``."""
    done = [range(each.start(), each.end()) for each in _alone(new).finditer(text)] if old in new else []
    for found in _alone(old).finditer(text):
        if not any(found.start() in place for place in done):
            yield found.start()


def _alone(requirement: str) -> re.Pattern[str]:
    operator = requirement[0] in "<>=!~^"
    behind = "(?<![<>=!~^])" if operator else r"(?<![\w.*+!/-])"
    ahead = "" if requirement[-1] in " ,;|" else r"(?![\w.*+!<>=~^[-])"
    return re.compile(f"{behind}{re.escape(requirement)}{ahead}")
