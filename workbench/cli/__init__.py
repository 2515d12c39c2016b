"""The command line: the same engine, journal and session as the window; no Qt, no display."""
