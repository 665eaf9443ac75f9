"""What configurations did on past tables: the matrix, where it lies, and how it grows."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).with_name("behaviour.json")
