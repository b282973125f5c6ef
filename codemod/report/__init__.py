"""Reports: a Report goes in, text comes out. Nothing here reads a file or decides anything."""
