"""Certificates: those for tests, made here; the user's own; what is wrong with a chain."""
