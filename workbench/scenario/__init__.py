"""Scenario files: read, checked, run, and made from a record."""
