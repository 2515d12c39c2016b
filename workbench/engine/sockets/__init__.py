"""The only code that touches a user's socket, and what stands directly beside it."""
