"""The only code that makes calls on a user's socket, with its event loop and kernel readings."""
