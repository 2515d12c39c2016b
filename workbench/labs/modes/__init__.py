"""Who turns clients away in the backlog lab: a file and an object for each mode."""
