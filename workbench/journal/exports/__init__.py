"""A record in other forms: a file for each, and a line in `export_table.EXPORTS`."""
