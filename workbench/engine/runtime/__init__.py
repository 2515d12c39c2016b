"""What drives an endpoint: its thread, the dispatch of its commands, its snapshots."""
