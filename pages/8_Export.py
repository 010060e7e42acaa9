"""Export."""

from ui import shell

view = shell.page("export")
