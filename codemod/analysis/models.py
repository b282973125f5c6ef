"""Which loop model and which mode a pytest-asyncio version has; what began when is in knowledge/versions.toml."""

from __future__ import annotations

from codemod.analysis.legacy_loops import EventLoopModel
from codemod.analysis.legacy_scopes import Features, ScopedLoopModel
from codemod.analysis.loops import HijackingLoopModel, LoopModel
from codemod.knowledge import versions
from codemod.project.requirements import at_least


def model_for(version: str) -> LoopModel:
    """Return the loop model of a pytest-asyncio version."""
    if has(version, "own_runner"):
        return LoopModel()
    if has(version, "repaired"):
        return HijackingLoopModel(has(version, "sync_fixture_runner"))
    if has(version, "scoped_loops"):
        return ScopedLoopModel(
            Features(
                loop_scope=has(version, "loop_scope"),
                restored_loop=has(version, "restored_loop"),
                fixture_default=has(version, "asyncio_default_fixture_loop_scope"),
                test_default=has(version, "asyncio_default_test_loop_scope"),
            )
        )
    return EventLoopModel(has(version, "event_loop_mark"))


def mode_of(version: str, option: str | None) -> str:
    """Return the mode in force: auto, strict or legacy (every async fixture is run; also before there were modes)."""
    if not has(version, "modes"):
        return "legacy"
    if option is None:
        return "strict" if has(version, "strict_default") else "legacy"
    return "strict" if option == "legacy" and has(version, "no_legacy_mode") else option


def has(version: str, feature: str) -> bool:
    """Tell whether a version has what the ``[since]`` table of versions.toml calls ``feature``."""
    return at_least(version, versions().since[feature])
