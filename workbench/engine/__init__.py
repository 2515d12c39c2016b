"""Real sockets, driven and recorded; the standard library alone, no Qt."""
