"""Commands in the words a shell would see, without running or expanding anything.

What only a run could tell (variables, command substitution, the braces of tox, just and Jinja) becomes ``UNKNOWN``
within its word. The lines of a here-document are no commands. Text that is no shell is split as well as it goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "\0"
"""Stands in a word for each part that a substitution would give."""

_HEREDOC = re.compile(r"<<-?[ \t]*(?P<quote>[\"']?)(?P<end>\w+)(?P=quote)")
_VARIABLE = re.compile(r"\$+(?:\w+|[#@*?!-])")
_CLOSERS = {"{": "}", "(": ")"}
_LONGEST_SUBSTITUTION = 500
# A file full of brackets that never close must not cost a search for each of them.
_MOST_UNCLOSED = 500


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes, and the line it begins on."""

    text: str
    line: int

    @property
    def known(self) -> bool:
        """Tell whether nothing in the word is left to a substitution."""
        return UNKNOWN not in self.text


@dataclass(frozen=True, slots=True)
class Simple:
    """One simple command; ``depth`` counts the subshells around it."""

    words: tuple[Word, ...]
    depth: int = 0


def split(text: str, line: int = 1, shell: bool = True) -> Iterator[Simple]:
    """Yield the simple commands of ``text``, which begins on ``line``.

    Without ``shell`` the signs that join commands or redirect them are characters like others.
    """
    return _Lexer(text.replace("\r\n", "\n"), line, shell).commands()


@dataclass(slots=True)
class _Lexer:
    text: str
    line: int
    shell: bool
    at: int = 0
    depth: int = 0
    started: int = 0
    parts: list[str] | None = None
    words: list[Word] = field(default_factory=list)
    dropping: bool = False
    heredocs: list[str] = field(default_factory=list)
    unclosed: int = 0

    def commands(self) -> Iterator[Simple]:
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "\n":
                yield from self.finish()
                self.advance(1)
                self.skip_heredocs()
            elif self.shell and sign in ";&|()":
                yield from self.finish()
                self.depth = max(0, self.depth + (sign == "(") - (sign == ")"))
                self.advance(1)
            else:
                self.take(sign)
        yield from self.finish()

    def finish(self) -> Iterator[Simple]:
        self.end_word()
        self.dropping = False
        if self.words:
            yield Simple(tuple(self.words), self.depth)
            self.words = []

    def take(self, sign: str) -> None:
        """Take in the next piece of a command, which begins with ``sign``."""
        if sign.isspace():
            self.end_word()
            self.advance(1)
        elif sign == "#" and self.parts is None:
            self.advance(self.until("\n") - self.at)
        elif self.shell and sign in "<>":
            self.redirect()
        elif sign == "\\":
            self.escape()
        elif sign in "'\"":
            self.quoted(sign)
        elif sign == "`":
            self.unknown(self.until("`") + 1 - self.at)
        elif length := self.substitution():
            self.unknown(length)
        elif sign in "{}" and self.text[self.at + 1 : self.at + 2] in ("", " ", "\t", "\n"):
            self.end_word()  # a group of commands
            self.advance(1)
        else:
            self.add(sign)
            self.advance(1)

    def end_word(self) -> None:
        if self.parts is not None:
            if not self.dropping:
                self.words.append(Word("".join(self.parts), self.started))
            self.dropping = False
        self.parts = None

    def add(self, piece: str) -> None:
        if self.parts is None:
            self.parts, self.started = [], self.line
        self.parts.append(piece.replace("\0", "\ufffd") if piece != UNKNOWN else piece)

    def advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count

    def until(self, sign: str) -> int:
        """Return the offset of the next ``sign`` behind this character, the end of the text where there is none."""
        found = self.text.find(sign, self.at + 1)
        return found if found >= 0 else len(self.text)

    def unknown(self, length: int) -> None:
        self.add(UNKNOWN)
        self.advance(length)

    def escape(self) -> None:
        """Take a backslash: a line goes on, a sign loses its meaning, and a path of Windows stays one."""
        follows = self.text[self.at + 1 : self.at + 2]
        if follows != "\n":
            self.add("\\" + follows if follows.isalnum() else follows)
        self.advance(1 + len(follows))

    def quoted(self, quote: str) -> None:
        """Take a quoted piece; a quote that never closes is a character like others."""
        end = self.until(quote)
        if end == len(self.text):
            self.add(quote)
            self.advance(1)
            return
        self.add("")
        self.advance(1)
        while self.at < len(self.text) and self.text[self.at] != quote:
            if quote == '"' and self.text[self.at] == "\\":
                self.add(self.text[self.at + 1 : self.at + 2].replace("\n", ""))
                self.advance(2)
            elif (quote == '"' or not self.shell) and (length := self.substitution()):
                self.unknown(length)
            else:
                self.add(self.text[self.at])
                self.advance(1)
        self.advance(1)

    def substitution(self) -> int:
        """Return the length of the substitution that begins here, 0 where none does."""
        text, at = self.text, self.at
        if text[at] == "$":
            if text[at + 1 : at + 2] in ("{", "("):
                return self.balanced(at + 1) + 1
            found = _VARIABLE.match(text, at)
            return len(found[0]) if found else 0
        if text[at] == "{" and text[at + 1 : at + 2] not in ("", " ", "\t", "\n"):
            length = self.balanced(at)
            return length if length > 1 else 0
        return 0

    def balanced(self, start: int) -> int:
        """Return how far the brackets that open at ``start`` reach; 1 where they do not close."""
        opener, closer, depth = self.text[start], _CLOSERS[self.text[start]], 0
        longest = _LONGEST_SUBSTITUTION if self.unclosed < _MOST_UNCLOSED else 0
        for at in range(start, min(len(self.text), start + longest)):
            depth += (self.text[at] == opener) - (self.text[at] == closer)
            if depth == 0:
                return at + 1 - start
        self.unclosed += 1
        return 1

    def redirect(self) -> None:
        """Leave out a redirection with its target, and the number of the file it is about."""
        if self.parts is not None and "".join(self.parts).isdigit():
            self.parts = None
        self.end_word()
        if found := _HEREDOC.match(self.text, self.at):
            self.heredocs.append(found["end"])
            self.advance(len(found[0]))
            return
        rest = self.text[self.at + 1 : self.at + 3]
        self.advance(1 + len(rest) - len(rest.lstrip("<>&")))
        self.dropping = True

    def skip_heredocs(self) -> None:
        while self.heredocs:
            end = self.heredocs.pop(0)
            while self.at < len(self.text):
                stop = self.text.find("\n", self.at)
                stop = len(self.text) if stop < 0 else stop
                last = self.text[self.at : stop].strip() == end
                self.advance(min(stop + 1, len(self.text)) - self.at)
                if last:
                    break
