"""Scenario files: parsed, checked, run, written, exported as code, and made from a record."""
