"""The command line: the same engine, journal and session as the window. No Qt, no display."""
