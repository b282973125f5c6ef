"""The fake is run, not imported."""
