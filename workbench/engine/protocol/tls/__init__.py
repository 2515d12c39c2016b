"""The layer tls: its settings as a context of ssl, its messages as rows, the layer itself."""
