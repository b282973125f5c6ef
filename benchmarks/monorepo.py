"""Write a made-up monorepo: mixed layouts, many kinds of suites, some of them broken or hostile (see README.md)."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from synthetic import by_hand, healthy, mendable
from synthetic.hostile import HOSTILITIES, Link, Locked, Pipe
from synthetic.layout import CONFIGURATIONS, NATIVE, PINS, SHARED_VERSION, TEST_FOLDERS, Layout
from synthetic.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synthetic.hostile import Content
    from synthetic.suite import Suite

SUITES = (*healthy.SUITES, *mendable.SUITES, *by_hand.SUITES)
HOSTILE_SHARE = 0.02
UMBRELLA_SHARE = 0.004
"""Projects with projects of their own in folders below them."""
MEAN_SIZE = 20
WITH_PYTEST_9 = ("1.3.0", "1.5.0")
TEAMS = ("ada", "babbage", "curie", "dirac", "euler")
FIRST = """amber autumn billing black blue bright calm cart clear cloud cold copper crystal dawn deep delta early east
ember fast fleet forest frost gentle gold green harbor heavy hidden inner iron ivory jade keen late ledger light lunar
maple marble mesh misty noble north"""
SECOND = """anchor arrow atlas badge beacon board bridge broker cable canvas cargo castle cell chart circle clock
compass depot engine field garden gate gauge grid harvest hub index lantern ledger market meter mirror pilot portal"""
CODEOWNERS = """# Who is asked; the last line that matches counts.
* @acme/everyone
/services/ @acme/services
/services/billing-*/ @acme/billing @acme/payments
/services/ledger-*/ @acme/billing
/libs/ @acme/libraries
/apps/team-ada/ @acme/team-ada
/apps/team-babbage/ @acme/team-babbage
/apps/team-curie/ @acme/team-curie lead@example.com
/apps/team-dirac/ @acme/team-dirac
/platform/ @acme/platform
/platform/*/python/ @acme/data
/shared/part1/ @acme/team-ada
/tools/
setup.cfg @acme/build
"""
TOP: dict[str, Content] = {
    "CODEOWNERS": CODEOWNERS,
    "README.md": "# A made-up monorepo\n",
    ".gitignore": "__pycache__/\n.venv/\n",
    "constraints.txt": f"pytest==8.4.2\npytest-asyncio=={SHARED_VERSION}\nsqlalchemy==2.0.43\n",
    "tools/pytest-base.ini": "[pytest]\nasyncio_mode = auto\n",
}
GIT_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.autocrlf=false",
    "core.fsync=none",
    "core.looseCompression=1",
    "commit.gpgSign=false",
    "gc.auto=0",
)
MOMENT = "2025-01-01T00:00:00 +0000"


@dataclass(frozen=True, slots=True)
class Monorepo:
    """What was written: the commit, every project with what it should become, and how much Python there is."""

    folder: Path
    commit: str
    projects: tuple[Project, ...]
    python_files: int
    size: int


def planned(count: int, seed: int = 1) -> tuple[Project, ...]:
    """Return ``count`` projects by folder: one at the top, 2 % of them hostile, each kind of hostility at least once.

    Where there is no room for every kind of suite and of hostility, some are left out.
    """
    random = Random(seed)
    names = [f"{first}-{second}" for first in FIRST.split() for second in SECOND.split()]
    random.shuffle(names)
    hostile = min(max(round(count * HOSTILE_SHARE), len(HOSTILITIES)), count // 2)
    umbrellas = max(round(count * UMBRELLA_SHARE), 1)
    suites = _suites(count - 1 - hostile - umbrellas, random)
    made = [_umbrella(names.pop(), random) for _ in range(umbrellas)]
    areas = [project.folder for project in made]
    made += [_usual(names.pop(), suite, areas, random) for suite in suites]
    made += [_hostile(names.pop(), number, random) for number in range(hostile)]
    made.append(_top(count, odd_names=any(map(_has_odd_names, made))))
    return tuple(sorted(made, key=lambda project: project.folder))


def _suites(count: int, random: Random) -> list[Suite]:
    """Return so many suites by their shares, each at least once where there is room."""
    weights = [suite.share for suite in SUITES]
    rest = random.choices(SUITES, weights, k=max(count - len(SUITES), 0))
    return [*SUITES, *rest][:count]


def _has_odd_names(project: Project) -> bool:
    names = "".join((project.folder, *project.hostility.files))
    return names.encode("utf-8", "replace") != names.encode("utf-8", "surrogateescape")


def _top(count: int, odd_names: bool) -> Project:
    """Return the project at the top: its configuration and conftest serve folders that have none of their own."""
    members = tuple(f"shared/part{number}/tests" for number in range(max(count // 50, 3)))
    layout = Layout("pyproject.toml", tests="top")
    return Project("", "monorepo", mendable.POOL, layout, SHARED_VERSION, 30, members, odd_names=odd_names)


def _umbrella(name: str, random: Random) -> Project:
    folder = f"platform/{name}"
    members = tuple(f"checks/{random.choice(SECOND.split())}_{number}" for number in range(3))
    package = _package(name)
    return Project(folder, package, mendable.LAYERS, Layout("tox.ini", tests="top"), "1.3.0", 24, members)


def _usual(name: str, suite: Suite, areas: list[str], random: Random) -> Project:
    places = ("services/NAME", "libs/NAME", f"apps/team-{random.choice(TEAMS)}/NAME", "tools/NAME")
    place = random.choices((*places, f"{random.choice(areas)}/python/NAME"), (40, 25, 25, 5, 5))[0]
    plugin = random.choice(suite.plugins) if suite.plugins else ""
    configurations = [one for one in CONFIGURATIONS if one != NATIVE or plugin in ("", *WITH_PYTEST_9)]
    layout = Layout(
        random.choice(configurations), random.random() < 0.4, random.choice(TEST_FOLDERS), random.choice(PINS)
    )
    size = random.randint(MEAN_SIZE - 10, MEAN_SIZE + 10)
    return Project(place.replace("NAME", name), _package(name), suite, layout, plugin, size)


def _hostile(name: str, number: int, random: Random) -> Project:
    hostility = HOSTILITIES[number % len(HOSTILITIES)]
    folder = f"services/{hostility.folder.replace('NAME', name)}"
    size = random.randint(MEAN_SIZE - 8, MEAN_SIZE + 8)
    return Project(folder, _package(name), mendable.POOL, Layout("pyproject.toml"), "1.1.0", size, hostility=hostility)


def _package(name: str) -> str:
    return name.replace("-", "_")


def write(folder: Path, count: int = 1000, seed: int = 1) -> Monorepo:
    """Write the repository into ``folder``, which must not exist yet; raise FileExistsError where it does."""
    folder.mkdir(parents=True)
    projects = planned(count, seed)
    files: dict[str, Content] = dict(TOP)
    for project in projects:
        files |= project.files()
    for path, content in files.items():
        _write_one(os.fsencode(folder / path), content)
    commit = _commit(folder)
    for path, content in files.items():
        if isinstance(content, Locked):
            (folder / path).chmod(0)
    python = [content for path, content in files.items() if path.endswith(".py") and isinstance(content, str | bytes)]
    return Monorepo(folder, commit, projects, len(python), sum(map(len, python)))


def _write_one(path: bytes, content: Content) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - names that are no text
    if isinstance(content, Link):
        os.symlink(content.target, path)  # noqa: PTH211
    elif isinstance(content, Pipe):
        os.mkfifo(path)
    else:
        data = content.data if isinstance(content, Locked) else content
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(data.encode() if isinstance(data, str) else data)


def _commit(folder: Path) -> str:
    """Commit all files and return the commit, which is the same wherever and whenever this runs."""
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _identity()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str) -> str:
        command = [
            "git",
            *(word for setting in GIT_SETTINGS for word in ("-c", setting)),
            "-C",
            str(folder),
            *arguments,
        ]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q", "-b", "main", "--template=", "--object-format=sha1")
    git("add", "-A")
    git("commit", "-q", "-m", "Write a made-up monorepo")
    return git("rev-parse", "HEAD")


def _identity() -> Iterator[tuple[str, str]]:
    yield from (("NAME", "Made Up"), ("EMAIL", "made-up@example.com"), ("DATE", MOMENT))


def manifest(made: Monorepo) -> str:
    """Return as JSON what each project is and what should become of it."""
    projects = [
        {"folder": p.folder, "kind": p.kind, "status": p.status, "rules": p.rules, "unread": p.unread}
        for p in made.projects
    ]
    return json.dumps({"commit": made.commit, "projects": projects}, indent=1) + "\n"


def main() -> None:
    """Write one and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--projects", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another repository (default 1)")
    parser.add_argument("--manifest", type=Path, help="also write here, as JSON, what each project should become")
    given = parser.parse_args()
    began = time.monotonic()
    try:
        made = write(given.folder, given.projects, given.seed)
    except FileExistsError:
        parser.error(f"{given.folder} exists: give a folder that does not")
    if given.manifest:
        given.manifest.write_text(manifest(made))
    sys.stdout.write(f"{made.folder}: {len(made.projects)} projects, {made.python_files} Python files, ")
    sys.stdout.write(f"{made.size / 1e6:.1f} MB of Python, commit {made.commit[:12]}, ")
    sys.stdout.write(f"{time.monotonic() - began:.1f} s\n")
    for kind, number in sorted(Counter(project.kind for project in made.projects).items()):
        sys.stdout.write(f"  {number:5}  {kind}\n")


if __name__ == "__main__":
    main()
