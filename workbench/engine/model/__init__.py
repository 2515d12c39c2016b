"""Data of the engine: addresses, settings, commands, events, snapshots. No sockets, no threads."""
