"""Scripts that run inside a sandbox, by path, in an interpreter of their own.

They know no package but the standard library, and no part of this one.
"""

EXIT_NO_MEMORY = 77
"""Exit code of the runner that says: not even the report found room."""
