"""What an exported script has at its top, as far as it needs it: the standard library alone.

The program itself uses none of it: `code_help` takes the text of these modules.
"""
