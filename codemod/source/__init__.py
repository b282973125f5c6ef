"""Files as bytes: reading, text, diffs, atomic writing with a journal, and what git says about the tree."""
