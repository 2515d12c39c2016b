"""Socket Workbench: build real sockets and watch every call they make."""

__version__ = "0.1.0"
