"""The command line: parse, call, print, exit. The only importer of typer and rich."""
