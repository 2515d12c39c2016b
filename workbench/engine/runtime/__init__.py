"""What drives an endpoint: its thread, its commands, its snapshots."""
