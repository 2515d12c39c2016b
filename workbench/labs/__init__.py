"""Demonstrations and the backlog lab, on top of a session. No Qt."""
