"""Readers of requirements, one module for each family of files; none runs a file or compares a version."""
