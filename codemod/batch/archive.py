"""The files of a checkout as one text, for a worker that does not see the file system they are on.

An archive is read as if a stranger had packed it: nothing but files and links, no name and no link that leads out, and
bounds on how much there is. ``tarfile`` only parses; what is written, and where, is decided here.
"""

from __future__ import annotations

import io
import os
import posixpath
import stat
import tarfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import LoopmendError
from codemod.project.discover import CACHE_FOLDERS, ask_git, is_command_name, is_config_name, is_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.batch.records import ProjectRef

MOST_FILES = 200_000
MOST_BYTES = 1_000_000_000
_LONGEST = 4096
_MARK = "This folder was unpacked from an archive: there is no repository.\n"
_NOWHERE = ".outside-of-the-archive"
"""Where a link leads that would lead out: that it is a link counts, what it leads to is never read."""


class ArchiveError(LoopmendError):
    """An archive that cannot be unpacked, or a checkout too large to be packed."""

    next_step = "Let the workers see the checkouts under the same paths, then no archives are needed."


def pack(project: ProjectRef, *, whole: bool) -> str:
    """Return the files of the project's checkout that its analysis can read, as a compressed tar archive in base64.

    These are the Python files below the project's folder, and every file with settings, requirements or commands;
    ``whole`` takes all files, which running the suite needs. The same files give the same text. Raises ArchiveError
    where there are too many, or one cannot be read.
    """
    top = Path(project.checkout)
    inside = f"{project.folder}/" if project.folder else ""
    names = [name for name in _names(top) if whole or _is_read(name, inside)]
    if len(names) > MOST_FILES:
        raise ArchiveError(f"{project.name}: {len(names)} files are too many for an archive")
    buffer, left = io.BytesIO(), MOST_BYTES
    # Neither times nor owners: they are the machine's.
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=1, format=tarfile.PAX_FORMAT) as archive:
        for name in names:
            try:
                member, data = _member(top, name, left)
            except OSError as error:
                raise ArchiveError(f"{project.name}: {name} cannot be read: {error.strerror}") from error
            left -= len(data)
            archive.addfile(member, io.BytesIO(data))
    return b64encode(buffer.getvalue()).decode("ascii")


def unpack(text: str, folder: Path) -> None:
    """Write the files of an archive below the empty ``folder``, which then counts as the top of a repository.

    Raises ArchiveError for what is no archive, or one with a name that leads out, a device, or too much in it.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(b64decode(text, validate=True)), mode="r|*") as archive:
            _write(archive, folder)
    except (tarfile.TarError, ValueError, EOFError, OSError) as error:
        raise ArchiveError(f"the archive cannot be unpacked: {_one_line(error)}") from error
    # The search for settings and requirements ends here, and git finds no repository further up.
    (folder / ".git").write_text(_MARK, encoding="utf-8")


# --- packing ---------------------------------------------------------------------------------------------------------


def _names(top: Path) -> list[str]:
    """Return what git lists; else every file, with the .gitignore files that say what does not count."""
    listed = ask_git(top).names
    names = _walk(top) if listed is None else (name for name in listed if name.rpartition("/")[2] != ".gitignore")
    return sorted(name for name in names if _is_utf8(name) and _is_file_or_link(top / name))


def _walk(top: Path) -> Iterator[str]:
    for place, folders, names in os.walk(top):
        folders[:] = [
            name for name in folders if name not in {*CACHE_FOLDERS, ".git"} and not is_environment(Path(place, name))
        ]
        for name in (*names, *folders):
            yield Path(place, name).relative_to(top).as_posix()


def _is_file_or_link(place: Path) -> bool:
    mode = place.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _is_utf8(name: str) -> bool:
    # No report or patch could carry another name, so nothing is read from such a file.
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def _is_read(name: str, inside: str) -> bool:
    base = name.rpartition("/")[2]
    of_project = name.startswith(inside) and base.endswith(".py")
    return of_project or base == ".gitignore" or is_config_name(base) or is_command_name(base)


def _member(top: Path, name: str, most: int) -> tuple[tarfile.TarInfo, bytes]:
    """Return the header and the bytes of a file or a link; raises ArchiveError for more than ``most`` bytes."""
    member, place = tarfile.TarInfo(name), top / name
    status = place.lstat()
    if stat.S_ISLNK(status.st_mode):
        member.type, member.linkname = tarfile.SYMTYPE, os.readlink(place)  # noqa: PTH115 (a Path would drop "./")
        return member, b""
    if status.st_size > most:
        raise ArchiveError(f"{name}: the checkout has more than {MOST_BYTES} bytes, too many for an archive")
    data = place.read_bytes()
    member.size, member.mode = len(data), 0o755 if status.st_mode & 0o100 else 0o644
    return member, data


# --- unpacking -------------------------------------------------------------------------------------------------------


def _write(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the files, then the links: while files are written, there is no link to be led astray by."""
    links: list[tuple[Path, str]] = []
    left = MOST_BYTES
    for number, member in enumerate(archive):
        left -= member.size
        if number >= MOST_FILES or left < 0:
            raise ArchiveError("the archive cannot be unpacked: it holds too much")
        if member.isdir() or not (place := _place(folder, member.name)):
            continue
        if member.issym():
            links.append((place, _target(member)))
        elif member.isreg() and (data := archive.extractfile(member)) is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data.read())
            place.chmod(0o755 if member.mode & 0o100 else 0o644)
        else:
            raise ArchiveError(f"the archive cannot be unpacked: {member.name} is neither a file nor a link")
    for place, target in links:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)


def _place(folder: Path, name: str) -> Path | None:
    """Return where a member belongs, None for what is git's own; raises ArchiveError for a name that leads out."""
    parts = name.removeprefix("./").split("/")
    if len(name) > _LONGEST or "\0" in name or "\\" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise ArchiveError(f"the archive cannot be unpacked: {name[:200]!r} is no name in it")
    return None if ".git" in parts else folder.joinpath(*parts)


def _target(member: tarfile.TarInfo) -> str:
    """Return where a link may lead: where it says if that is inside by its words alone, else nowhere.

    ".." may only stand first. Behind a name, which may be a link as well, it could lead anywhere.
    """
    words = member.linkname.split("/")
    names = [word for word in words if word != ".."]
    up = len(words) - len(names)
    depth = posixpath.normpath(member.name).count("/")
    inside = words[up:] == names and up <= depth and names[:1] != [""] and "\0" not in member.linkname
    return member.linkname if inside and member.linkname else _NOWHERE


def _one_line(error: Exception) -> str:
    return " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())
