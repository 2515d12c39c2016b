"""The three kinds of endpoints, and how their sockets are set up."""
