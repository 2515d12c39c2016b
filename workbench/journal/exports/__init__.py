"""The forms in which a record is exported: each in a file of its own, with a line in
`export_table.EXPORTS`.
"""
