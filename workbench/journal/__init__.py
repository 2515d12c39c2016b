"""The record: one SQLite file, written while things happen and read in pages."""
