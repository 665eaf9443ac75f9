"""Why a request is refused, each with the status that HTTP has for it."""

from __future__ import annotations

from autoglm_agent.errors import InputError


class Refusal(InputError):
    """A request that cannot be answered as it is.

    Attributes:
        status: Status code of the answer.
        code: Short name of the reason, for programs.
    """

    status = 400
    code = "invalid_request"


class Unknown(Refusal):
    """What is named is not there, or is another user's."""

    status = 404
    code = "not_found"


class NoSuchModel(Unknown):
    """A model that this server does not have."""

    code = "model_not_found"


class TooLarge(Refusal):
    """More bytes than are taken."""

    status = 413
    code = "too_large"


class NoTable(Refusal):
    """A file that no table can be read from."""

    status = 422
    code = "unreadable_file"
