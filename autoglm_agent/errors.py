"""The errors of this package, and what each one means to whom.

    AutoGLMError                 what happened + one line of remedy
    ├── InputError               the user's data or words cannot be used (exit code 2)
    │   └── TargetError          the target column cannot be told; carries the candidates
    ├── VaultError               the holdout was asked for a second time
    ├── RunActiveError           another process holds this run's lease
    ├── RunNotFoundError         no such run (exit code 2)
    ├── ModelError               the chat model failed for good; the run can be resumed
    ├── StoreError               a file of ours is damaged or cannot be written
    ├── MissingExtraError        an optional dependency is absent; names the extra
    └── SandboxUnavailable       code may not run here: no sandbox holds what it must

A failed *verification* is not an error: it is a verdict, and data (`chain.Verdict`).
Every message says what, where and what to do, so that a person or a model can act on it.
"""

from __future__ import annotations


class AutoGLMError(Exception):
    """Base of every error raised on purpose.

    Args:
        problem: What is wrong and where (file, row, column).
        remedy: One line that says what to do about it.
    """

    exit_code: int = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()


class InputError(AutoGLMError):
    """The user's file, table or instruction cannot be used as it is."""

    exit_code = 2


class TargetError(InputError):
    """The target column cannot be told from the instruction and the table.

    Attributes:
        candidates: Column names, best first, that the user may have meant.
    """

    def __init__(self, problem: str, remedy: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(problem, remedy)
        self.candidates = candidates


class VaultError(AutoGLMError):
    """The holdout rows were asked for again after their one reading."""


class RunActiveError(AutoGLMError):
    """Another living process holds the lease of this run."""


class RunNotFoundError(InputError):
    """No run of that name in the workspace."""


class ModelError(AutoGLMError):
    """The chat model, or its service, failed and went on failing; what is done is kept."""


class StoreError(AutoGLMError):
    """A file of the workspace or the memory is damaged or cannot be written."""


class MissingExtraError(AutoGLMError, ImportError):
    """An optional dependency is not installed; the remedy names the extra."""


class SandboxUnavailable(AutoGLMError):
    """No sandbox of this machine holds what it must, so no foreign code runs.

    It is the host's fault, never to be shown to a model as a program's output.
    """
