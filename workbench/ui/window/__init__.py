"""The main window: what frames the panels and the record."""
