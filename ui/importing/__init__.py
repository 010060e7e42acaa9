"""Parts of the import page: a load at work, the mapping, the report, the loaded lists, deals."""
