"""How everything looks: colours, sizes, fonts, Qt's own language."""
