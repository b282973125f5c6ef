"""Gives the tests of bad input their project."""

from __future__ import annotations

from hostile_project import hostile

__all__ = ["hostile"]
