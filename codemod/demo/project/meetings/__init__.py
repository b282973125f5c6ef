"""A calendar that knows who attends which meeting."""
