"""What a project is: its files, its pytest configuration, its requirements, and loopmend's own settings."""
