"""Kinds of responders, each a file; `table.py` names them."""
