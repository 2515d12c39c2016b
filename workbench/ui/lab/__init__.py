"""The backlog lab's window."""
