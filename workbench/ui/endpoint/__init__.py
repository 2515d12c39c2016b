"""The panels of servers and clients, and their parts."""
