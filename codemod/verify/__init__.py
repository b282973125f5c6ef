"""Run a suite before and after a change, compare test by test, and withdraw what makes it worse.

This is the one part of loopmend that executes a project's code (DESIGN law 1), always in throw-away copies.
"""
