"""The parts of the helper at the top of an exported script, each used only if needed; standard
library only.

The program itself does not run them: `code_help` takes the text of these modules.
"""
