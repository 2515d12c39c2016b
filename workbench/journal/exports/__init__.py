"""The forms in which a record is exported: a file each, and a line in `export_table.EXPORTS`."""
