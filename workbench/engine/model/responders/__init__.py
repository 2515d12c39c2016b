"""The kinds of responders, a file each; `table.py` lists them."""
