"""The panel of an endpoint and its parts; server and client share what they can."""
