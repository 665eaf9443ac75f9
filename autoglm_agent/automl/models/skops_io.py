"""`skops.io`, loaded without the array libraries that scikit-learn can work with.

skops lists scikit-learn's estimators when it is imported, and for that walks through all of its
packages, the bridges to torch, CuPy and Dask among them: where one of these is installed it is
loaded as well, which costs seconds and hundreds of megabytes. No estimator is defined there, so
the list is the same without them.
"""

from __future__ import annotations

import sys

BRIDGES = tuple(f"sklearn.externals.array_api_compat.{name}" for name in ("torch", "cupy", "dask"))

_absent = [name for name in BRIDGES if name not in sys.modules]
for _name in _absent:
    sys.modules[_name] = None  # type: ignore[assignment]  # what is None cannot be imported
try:
    from skops import io
    from skops.io.exceptions import UntrustedTypesFoundException
finally:
    for _name in _absent:
        del sys.modules[_name]

__all__ = ["UntrustedTypesFoundException", "io"]
