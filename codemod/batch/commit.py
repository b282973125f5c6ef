"""A branch with one commit per shard, made beside the user's work: files, index and HEAD stay as they are.

A patch is applied to HEAD in a linked work tree that has an index and no files, so no hook and no filter runs, and the
tree is gone without a trace later. Commits carry the user's identity and are not signed: signing starts the program
that the repository's own configuration names, and may ask for a passphrase for each commit. Nothing is ever pushed.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import VcsError
from codemod.processes.cleanup import Janitor
from codemod.source.checkout import find_checkout, link
from codemod.source.disk import real
from codemod.source.vcs import GitError, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemod.batch.shards import Shard
    from codemod.source.checkout import Checkout

PREFIX = "loopmend/"
# The user's configuration may tell git to mend or to ignore white space; the patch is to be applied as it is.
_APPLY = ("apply", "--cached", "--whitespace=nowarn", "--no-ignore-whitespace")


class Ended(StrEnum):
    """What became of the commit of a shard."""

    MADE = "made"
    THERE = "there already"
    """The branch exists with exactly these files."""
    LEFT = "left alone"
    """The branch exists with something else, and is not touched."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Committed:
    """The branch of a shard, what became of it, its commit ("" where there is none), and why it is not made."""

    slug: str
    ended: Ended
    commit: str = ""
    reason: str = ""

    @property
    def branch(self) -> str:
        """Return the name of the branch."""
        return f"{PREFIX}{self.slug}"


def commit(
    shards: Iterable[Shard], checkouts: Mapping[str, Path], messages: Mapping[str, str]
) -> tuple[Committed, ...]:
    """Make the branches of ``shards`` that are not there, and return what became of each, by slug; none stops another.

    ``checkouts`` are the tops of the checkouts by name, ``messages`` the commit messages by slug.
    """
    by_checkout: dict[str, list[Shard]] = {}
    for shard in sorted(shards, key=lambda shard: shard.slug):
        by_checkout.setdefault(shard.checkout, []).append(shard)
    found = [each for name, some in by_checkout.items() for each in _in_checkout(checkouts[name], some, messages)]
    return tuple(sorted(found, key=lambda each: each.slug))


def _in_checkout(top: Path, shards: list[Shard], messages: Mapping[str, str]) -> list[Committed]:
    checkout = find_checkout(real(top))
    refusal = _refusal(checkout, top)
    if checkout is None or refusal:
        return [Committed(shard.slug, Ended.FAILED, reason=refusal) for shard in shards]
    try:
        with _work_tree(checkout) as tree:
            return [_commit(tree, checkout.commit, shard, messages[shard.slug]) for shard in shards]
    except VcsError as error:
        return [Committed(shard.slug, Ended.FAILED, reason=str(error)) for shard in shards]


def _refusal(checkout: Checkout | None, top: Path) -> str:
    if checkout is None:
        return "the folder is in no work tree of git"
    if checkout.refusal:
        return f"git gives no commit to start from: {checkout.refusal}"
    return "" if checkout.top == real(top) else "the folder is not the top of its repository"


@contextlib.contextmanager
def _work_tree(checkout: Checkout) -> Iterator[Path]:
    """Yield a linked work tree without files, which goes in whatever way this process ends."""
    scratch = real(Path(tempfile.mkdtemp(prefix="loopmend-commit-")))
    linked = checkout.linked(scratch.name)
    # git deletes the folder of all linked work trees, too, when the last one in it goes.
    janitor = Janitor([scratch, linked], if_empty=linked.parent)
    try:
        tree = scratch / "tree"
        tree.mkdir()
        link(replace(checkout, index=b""), tree, scratch.name)
        yield tree
    finally:
        janitor.dismiss()


def _commit(tree: Path, base: str, shard: Shard, message: str) -> Committed:
    try:
        ask(tree, "read-tree", base)
        _apply(tree, b"".join(file.data for file in shard.files))
        files = _line(tree, "write-tree")
        there = _branch(tree, shard.slug)
        if there is None:
            return Committed(shard.slug, Ended.MADE, _new_branch(tree, base, shard.slug, files, message))
    except GitError as error:
        return Committed(shard.slug, Ended.FAILED, reason=str(error))
    if there[1] == files:
        return Committed(shard.slug, Ended.THERE, there[0])
    return Committed(shard.slug, Ended.LEFT, there[0], "a branch of this name has other files: rename or delete it")


def _apply(tree: Path, patch: bytes) -> None:
    """Apply a patch to the index; where git gives files out with other line ends than it keeps, with those it keeps."""
    try:
        ask(tree, *_APPLY, stdin=patch)
    except GitError as error:
        kept = patch.replace(b"\r\n", b"\n")
        if kept != patch:
            with contextlib.suppress(GitError):
                ask(tree, *_APPLY, stdin=kept)
                return
        reason = str(error).removeprefix("error: ")
        raise GitError(
            f"the patch was made from the files as they are, and does not apply to HEAD: {reason}"
        ) from error


def _branch(tree: Path, slug: str) -> tuple[str, str] | None:
    """Return commit and tree of the branch of a shard, None where there is no such branch."""
    name = f"refs/heads/{PREFIX}{slug}"
    for row in _line(tree, "for-each-ref", "--format=%(refname) %(objectname) %(tree)", name).splitlines():
        found, commit_id, files = row.split(" ")
        if found == name:
            return commit_id, files
    return None


def _new_branch(tree: Path, base: str, slug: str, files: str, message: str) -> str:
    utf8 = ("-c", "i18n.commitEncoding=UTF-8")
    new = _line(tree, *utf8, "commit-tree", "--no-gpg-sign", "-p", base, files, stdin=message.encode())
    # The empty old value makes git refuse where the branch has come into being meanwhile.
    ask(tree, "update-ref", "-m", "loopmend batch", f"refs/heads/{PREFIX}{slug}", new, "")
    return new


def _line(tree: Path, *arguments: str, stdin: bytes = b"") -> str:
    return os.fsdecode(ask(tree, *arguments, stdin=stdin).removesuffix(b"\n"))
