"""Bytes that are sent and received, as text and back; no sockets, no Qt."""
