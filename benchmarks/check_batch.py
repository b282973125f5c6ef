"""Apply what `loopmend batch run` gives for real checkouts, and check that it does what it says (see README.md)."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from batch import MEGABYTE, measure, say
from batch_runs import Run

from codemod.batch.journal import Journal
from codemod.batch.names import path_from_top

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemod.batch.records import Result

PER = ("project", "owner", "rule", "file")
SHOWN = 5
PATIENCE = 1200
"""Seconds for a project: the largest suites take minutes on a busy machine."""

Tree = dict[str, tuple[int, bytes]]
"""Mode and hash of each file and link, by path."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one batch found: its results by project, its shards as results.json has them, and its patches by slug."""

    results: Mapping[str, Result]
    shards: Sequence[Mapping[str, Any]]
    patches: Mapping[str, bytes]


@dataclass(slots=True)
class Check:
    """One checkout, in a copy that may be written to; ``faults`` are what was found to be wrong."""

    copy: Path
    place: Path
    cache: Path
    options: tuple[str, ...]
    again: bool
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    memory: int = 0
    _runs: int = 0
    _done: set[bytes] = field(default_factory=set)

    def batch(self, per: str) -> Found:
        """Run a batch over the copy as it is now."""
        self._runs += 1
        options = (*self.options, "--per", per, "--cache", str(self.cache))
        run = Run(self.copy, self.place / f"run{self._runs}", options)
        self.memory = max(self.memory, measure(run).together)
        shards = json.loads((run.out / "results.json").read_bytes())["shards"]
        patches = {shard["slug"]: (run.out / "patches" / f"{shard['slug']}.patch").read_bytes() for shard in shards}
        return Found(Journal(run.out).results(), shards, patches)

    def all_of(self, per: str, rng: random.Random) -> None:
        """Check all patches of one way to cut: in two orders, each alone, and that nothing is wanted after all."""
        before, found = tree_of(self.copy), self.batch(per)
        self.counts[f"{per}: patches"] += len(found.shards)
        if per == PER[0]:
            self._count(found)
        self._undivided(found)
        for shard in found.shards:
            self._alone(per, found, shard, before)
        self._together(per, found, before, rng)

    def _count(self, found: Found) -> None:
        results = found.results.values()
        self.counts["projects"] += len(results)
        self.counts.update(f"ended {result.status.value}" for result in results)
        self.counts["findings"] += sum(len(findings(result)) for result in results)

    def _undivided(self, found: Found) -> None:
        """Check that no remedy is in two shards, and no file either."""
        sets = [{file["path"] for file in shard["files"]} for shard in found.shards]
        if len(set().union(*sets)) != sum(map(len, sets)):
            self.faults.append("a file is in more than one patch")
        for result in found.results.values():
            for paths, remedy in remedies(result) if result.files else ():
                if not any(paths <= files for files in sets):
                    self.faults.append(f"{result.project}: no patch has all of {remedy['title']!r}")

    def _alone(self, per: str, found: Found, shard: Mapping[str, Any], before: Tree) -> None:
        """Apply one patch, look at the files and the findings, and take it back."""
        title, patch = f"{per} {shard['slug']}", found.patches[shard["slug"]]
        if not self._apply(title, patch):
            return
        changed = differing(before, tree_of(self.copy))
        if changed != {file["path"] for file in shard["files"]}:
            self.faults.append(f"{title}: changes {listed(changed)}, not the files it names")
        if self.again and patch not in self._done:
            self._done.add(patch)
            self._compare(title, found, shard["files"], self.batch(per))
        self.counts[f"{per}: applied alone"] += 1
        if self._apply(f"{title} -R", patch, "-R") and (rest := differing(before, tree_of(self.copy))):
            self.faults.append(f"{title}: taken back it leaves {listed(rest)}")

    def _together(self, per: str, found: Found, before: Tree, rng: random.Random) -> None:
        """Apply all patches in two orders, and run a batch over what that gives."""
        trees: list[Tree] = []
        for number in (1, 2):
            order = rng.sample([*found.patches.items()], len(found.patches))
            applied = [(slug, patch) for slug, patch in order if self._apply(f"{per} order {number} {slug}", patch)]
            trees.append(tree_of(self.copy))
            if number == 2 and self.again and per in PER[:2]:
                files = [file for shard in found.shards for file in shard["files"]]
                second = self.batch(per)
                self._compare(f"{per} all", found, files, second)
                self.faults += [f"{per} all: still wanted: {shard['slug']}" for shard in second.shards]
            for slug, patch in reversed(applied):
                self._apply(f"{per} -R {slug}", patch, "-R")
            if rest := differing(before, tree_of(self.copy)):
                self.faults.append(f"{per}: taken back all patches leave {listed(rest)}")
        if other := differing(*trees):
            self.faults.append(f"{per}: another order gives other bytes of {listed(other)}")

    def _compare(self, title: str, found: Found, files: Sequence[Mapping[str, Any]], after: Found) -> None:
        """Check that the findings which ``files`` answer are gone in ``after``, and that no others came."""
        paths = {file["path"] for file in files}
        for name, result in found.results.items():
            if name not in after.results:
                self.faults.append(f"{title}: {name} is no project any more")
                continue
            old, new = findings(result), findings(after.results[name])
            said = {each for own, remedy in remedies(result) if own & paths for each in remedy["findings"]} & set(old)
            self.counts["answered"] += len(said)
            self.counts["gone"] += len(said - set(new))
            self.faults += [f"{title}: {name}: not gone: {old[each]}" for each in sorted(said & set(new))]
            self.faults += [f"{title}: {name}: new: {new[each]}" for each in sorted(set(new) - set(old))]
            self.counts["gone as well"] += len(set(old) - set(new) - said)

    def _apply(self, title: str, patch: bytes, *options: str) -> bool:
        words = ["git", "apply", "--whitespace=nowarn", *options]
        done = subprocess.run(words, cwd=self.copy, input=patch, capture_output=True, check=False)
        if done.returncode:
            self.faults.append(f"{title}: git apply: {done.stderr.decode('utf-8', 'replace').strip()}")
        return done.returncode == 0


def findings(result: Result) -> dict[str, str]:
    """Return the findings of a result in words, by id."""
    return {
        one["id"]: f"{one['code']} {one['location']['path']}:{one['location']['line']} {one['message']}"
        for one in result.report.get("findings", ())
    }


def remedies(result: Result) -> list[tuple[set[str], Mapping[str, Any]]]:
    """Return the remedies of a result, each with what it edits as seen from the top of the checkout."""
    return [
        ({path_from_top(result.folder, one["path"]) for one in remedy["operations"]}, remedy)
        for remedy in result.report.get("remedies", ())
    ]


def tree_of(folder: Path) -> Tree:
    """Return all files below ``folder`` but git's own."""
    found: Tree = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (Path(place, name) for name in (*names, *folders)):
            mode = path.lstat().st_mode
            if path.is_symlink():
                found[path.relative_to(folder).as_posix()] = mode, bytes(path.readlink())
            elif path.is_file():
                found[path.relative_to(folder).as_posix()] = mode, sha256(path.read_bytes()).digest()
    return found


def differing(one: Tree, other: Tree) -> set[str]:
    """Return the paths that are not the same in both, or only in one."""
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def listed(paths: Iterable[str]) -> str:
    """Return the first few of some paths."""
    found = sorted(paths)
    return ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")


def check(checkout: Path, arguments: argparse.Namespace, target: str) -> bool:
    """Check one checkout, print its figures and faults, and return whether there are none."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name, "copy", checkout.name)
        shutil.copytree(checkout, copy, symlinks=True)
        options = ["--jobs", str(arguments.jobs), "--project-timeout", str(PATIENCE)]
        options += [*(["--target", target] if target else []), *(["--unsafe"] if arguments.unsafe else [])]
        cache = arguments.cache or Path(name, "cache")
        one = Check(copy, Path(name), cache, tuple(options), not arguments.apply_only)
        for per in arguments.per or PER:
            one.all_of(per, random.Random(f"{arguments.seed} {per}"))
    seconds = time.monotonic() - began
    say(f"{checkout.name} {target or 'default'}: {seconds:.0f} s, {one.memory / MEGABYTE:.0f} MB")
    say("  " + ", ".join(f"{number} {name}" for name, number in one.counts.items()))
    for fault in one.faults:
        say(f"  FAULT {fault}")
    return not one.faults


def main() -> None:
    """Check the checkouts, and end with 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT", help="it is copied, never written to")
    parser.add_argument("--per", action="append", choices=PER, help="how to cut; repeatable [default: all four ways]")
    parser.add_argument(
        "--target", action="append", help="as for loopmend; repeatable [default: loopmend's, and latest]"
    )
    parser.add_argument("--unsafe", action="store_true", help="as for loopmend")
    parser.add_argument("--apply-only", action="store_true", help="apply the patches, but do not read what they give")
    parser.add_argument("--cache", type=Path, help="as for loopmend [default: a new one for each checkout]")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.cache = arguments.cache and arguments.cache.resolve()
    targets = arguments.target or ["", "latest"]
    good = [check(one.resolve(), arguments, target) for one in arguments.checkouts for target in targets]
    raise SystemExit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
