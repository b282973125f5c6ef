"""Gives the tests of the command line their world."""

from __future__ import annotations

from cli_world import world

__all__ = ["world"]
