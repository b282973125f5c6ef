"""How a suite is to be run; what the command line gives, with its defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How the suite is run. ``seconds`` and ``output`` (bytes) limit one run, ``runs`` all of them together.

    ``requirements`` are laid over the environment for the runs after the change; none means what the change needs.
    ``arguments`` go to pytest behind the project's own; ``command`` stands for pytest and the project's own ones.
    ``variables`` are added to the environment. ``best`` asks for the strategy with the best evidence. ``clean`` keeps
    the user's other variables from the project's code, but for those that programs need to run, and gives it an empty
    home folder.
    """

    requirements: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    seconds: float = 900
    output: int = 20_000_000
    runs: int = 12
    best: bool = False
    clean: bool = False
