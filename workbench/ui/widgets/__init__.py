"""Widgets that know nothing of sockets or of this program."""
