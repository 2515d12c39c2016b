"""Guided demonstrations on top of a session; no Qt."""
