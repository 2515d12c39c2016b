"""The kinds of responders, each in a file of its own; `table.py` lists them."""
