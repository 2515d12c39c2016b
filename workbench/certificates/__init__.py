"""Certificates: those made for tests, those of the user, and what is wrong with a chain."""
