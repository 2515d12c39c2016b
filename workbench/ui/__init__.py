"""Widgets, one file for each panel. They know no sockets."""
