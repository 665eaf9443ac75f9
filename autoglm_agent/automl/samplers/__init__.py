"""Search engines over a space of modelling paradigms, as samplers for Optuna."""

from autoglm_agent.errors import MissingExtraError

try:
    import optuna  # noqa: F401
except ImportError as error:
    raise MissingExtraError(
        "The search engines need Optuna.", "pip install 'autoglm-agent[search]'"
    ) from error
