"""The record: one SQLite file, written as things happen and read in pages."""
