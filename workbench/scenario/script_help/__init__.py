"""Parts of the helper at the top of an exported script: only those it needs, on the stdlib alone.

The program itself does not run them: `code_help` takes the text of these modules.
"""
