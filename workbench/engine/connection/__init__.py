"""One kernel socket and what waits on it."""
