"""Raw columns to numbers: one transformer a file, none of them looks at the target but one."""
