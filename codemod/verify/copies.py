"""Throw-away copies of a project, each as the project was at the beginning, one after the other at the same place.

The whole repository is copied, since tests reach for files beside the project's folder, and each copy is a linked work
tree of it, since tests and build tools ask git. All is below one scratch folder, which goes when the process ends in
any way; so does what git keeps of the work tree, the one thing outside of it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from codemod.errors import ConcurrentChangeError, LoopmendError, VcsError
from codemod.processes.cleanup import Janitor
from codemod.processes.janitor import remove
from codemod.source.checkout import Checkout, find_checkout, link
from codemod.source.disk import file_errors, read_regular, real, writable, write_new
from codemod.verify import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemod.model import FileChange


class CopyError(LoopmendError):
    """The project cannot be copied."""

    next_step = "Make room in the temporary folder, or set TMPDIR to another one."


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy: the top of the repository, the project's folder in it, and an empty folder for temporary files."""

    top: Path
    project: Path
    temporary: Path


class Copies:
    """The copies of one project, for the length of a ``with`` block; ``notes`` says what is not as in the original.

    ``scratch`` is a folder for anything else that must go at the end. Entering raises CopyError where the tree cannot
    be copied.
    """

    def __init__(self, project: Path) -> None:
        self.notes: list[str] = []
        self.scratch = Path()
        self._project = real(project)
        self._checkout = find_checkout(self._project) or Checkout(self._project)
        self._place = Path()
        self._janitor: Janitor | None = None

    def __enter__(self) -> Self:
        self.scratch = real(Path(tempfile.mkdtemp(prefix="loopmend-verify-")))
        self._janitor = _hire(self.scratch, self._checkout)
        try:
            self._take_snapshot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        janitor, self._janitor = self._janitor, None
        if janitor is not None:
            janitor.dismiss()

    def fresh(self, changes: Sequence[FileChange] = ()) -> Tree:
        """Remove the last copy and return a new one in its place, with ``changes`` to files of the project's folder.

        Raises ConcurrentChangeError where a file to be changed was not what ``changes`` take it for when the block was
        entered, FileError where it cannot be changed, CopyError where there is no room.
        """
        temporary = self.scratch / "tmp"
        with self._copying():
            for folder in (self._place.parent, temporary):
                remove(folder)
                folder.mkdir()
            snapshot.copy(self._snapshot, self._place)
        self._link()
        project = self._place / self._project.relative_to(self._checkout.top)
        for change in changes:
            _put(project, change)
        return Tree(self._place, project, temporary)

    @property
    def top(self) -> Path:
        """Return the folder that is copied: the top of the repository, or the project's folder where there is none."""
        return self._checkout.top

    @property
    def _snapshot(self) -> Path:
        return self.scratch / "snapshot"

    def _take_snapshot(self) -> None:
        top = self._checkout.top
        # The same name: where the top is a package, tests import it.
        self._place = self.scratch / "tree" / (top.name or "root")
        if self._checkout.refusal:
            self._note_no_git(self._checkout.refusal)
        with self._copying():
            self.notes += snapshot.take(top, self._snapshot, self._checkout.names, self._place, self.scratch)

    def _link(self) -> None:
        if not self._checkout.commit:
            return
        remove(self._checkout.linked(self.scratch.name))
        try:
            link(self._checkout, self._place, self.scratch.name)
        except VcsError as error:
            self._checkout = Checkout(self._checkout.top)
            self._note_no_git(str(error))

    def _note_no_git(self, reason: str) -> None:
        self.notes.append(f"tests that ask git find no repository in the copies: {reason}")

    @contextlib.contextmanager
    def _copying(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CopyError(f"{self._project} cannot be copied to {self.scratch}: {reason}") from error


def _hire(scratch: Path, checkout: Checkout) -> Janitor:
    if not checkout.commit:
        return Janitor([scratch])
    linked = checkout.linked(scratch.name)
    # git deletes that folder, too, when the last one in it goes.
    return Janitor([scratch, linked], if_empty=linked.parent)


def _put(project: Path, change: FileChange) -> None:
    place = writable(project, change.path)
    seen = place.lstat() if os.path.lexists(place) else None
    if (None if seen is None else read_regular(project, change.path)) != change.before:
        raise ConcurrentChangeError(change.path, "was changed after loopmend had read it")
    with file_errors(change.path):
        place.unlink(missing_ok=True)
        write_new(place, change.after, change.mode, seen)
