"""Commands that are run to their end with no process left behind, and folders that go with the process that made them.

What must happen although this process was killed is the work of two small programs, ``supervisor.py`` and
``janitor.py``. Both wait for this process to close a pipe, which happens on every way of ending, SIGKILL included.
"""
