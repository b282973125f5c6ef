"""The repository around a folder as it is now, and linked work trees of it, which are gone without a trace later.

git is asked as in vcs.py, and no file is checked out, so no hook and no filter runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from codemod.errors import VcsError
from codemod.source.vcs import GitError, ask, entries


@dataclass(frozen=True, slots=True)
class Checkout:
    """A work tree: its folder, git's folder for all trees of the repository, its commit, its index (``ls-files -zs``).

    ``refusal`` says why no tree can be linked to it, "" where one can. A folder without git has nothing but ``top``.
    """

    top: Path
    git_folder: Path = Path()
    commit: str = ""
    index: bytes = b""
    refusal: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Return the files in the index, relative to ``top``."""
        return frozenset(os.fsdecode(entry.partition(b"\t")[2]) for entry in entries(self.index))

    def linked(self, name: str) -> Path:
        """Return the folder in which git keeps what it knows of a linked work tree called ``name``."""
        return self.git_folder / "worktrees" / name


def find_checkout(root: Path) -> Checkout | None:
    """Return the work tree that the real path ``root`` belongs to; None where there is none.

    A repository further up that has no file of ``root`` (a home folder under git) is not the one it belongs to.
    """
    try:
        top = Path(os.path.realpath(_line(root, "rev-parse", "--show-toplevel")))
        index = ask(top, "ls-files", "-z", "--stage")
    except GitError as error:
        marked = next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), None)
        return None if marked is None else Checkout(marked, refusal=str(error))
    try:
        git_folder = Path(os.path.realpath(top / _line(top, "rev-parse", "--git-common-dir")))
        checkout = Checkout(top, git_folder, _line(top, "rev-parse", "--verify", "HEAD^{commit}"), index)
    except GitError as error:
        checkout = Checkout(top, index=index, refusal=str(error))
    inside = f"{root.relative_to(top).as_posix()}/"
    return checkout if root == top or any(name.startswith(inside) for name in checkout.names) else None


def link(checkout: Checkout, folder: Path, name: str) -> None:
    """Make ``folder`` a linked work tree with the commit and the index of ``checkout``, and leave its files alone.

    ``name`` must be one that no other work tree has: all that changes in the repository is the folder
    ``checkout.linked(name)``. Raises VcsError, which may leave that folder and one called ``name`` beside ``folder``.
    """
    new = folder.with_name(name)
    try:
        ask(checkout.top, "worktree", "add", "-q", "--detach", "--no-checkout", str(new), checkout.commit)
        # git calls its own folder as the new one is called, so only now that gets its real place (see git-worktree(1)).
        (new / ".git").replace(folder / ".git")
        new.rmdir()
        (checkout.linked(name) / "gitdir").write_bytes(os.fsencode(folder / ".git") + b"\n")
        ask(folder, "update-index", "-z", "--index-info", stdin=checkout.index)
    except (GitError, OSError) as error:
        (folder / ".git").unlink(missing_ok=True)
        raise VcsError(f"git cannot make a work tree: {error}") from error


def _line(root: Path, *arguments: str) -> str:
    return os.fsdecode(ask(root, *arguments).removesuffix(b"\n"))
