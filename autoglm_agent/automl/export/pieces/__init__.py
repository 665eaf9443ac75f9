"""What an exported script is put together from: plain functions that know nothing of a run.

They are part of this package only so that they are checked, linted and tested like the rest; an
exported script carries copies of those that it needs.
"""
