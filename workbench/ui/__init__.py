"""Widgets, one file a panel; no sockets."""
