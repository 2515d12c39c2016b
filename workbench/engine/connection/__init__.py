"""One kernel socket: the calls that wait on it, its send queue, its layers and its end."""
