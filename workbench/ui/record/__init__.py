"""The log and the inspector."""
