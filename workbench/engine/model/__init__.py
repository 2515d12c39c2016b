"""Data of the engine: addresses, settings, commands, events, snapshots."""
