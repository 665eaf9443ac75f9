"""Typed output: an answer, or a part of a step, against a pydantic model or a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ValidationError
from referencing.exceptions import Unresolvable

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.jsonreading import MAX_DEPTH, JSONError, depth, read_json
from autoglm_agent.verifiers.telling import told

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Part = Literal["claim", "thought", "check", "args", "artifact"]
MAX_SCHEMA = 3_000
"""Characters of the schema that are told in a prompt."""
MAX_TOLD = 5
"""Faults that one fact tells."""


class Schema:
    """Refute a step whose JSON is not of the form that is asked for.

    Args:
        form: A pydantic model class, or a JSON Schema as a dict. References outside the schema
            are not followed.
        part: What is judged: `claim` (read tolerantly from text), `thought`, the offered
            `check`, a tool call's `args`, or its outcome's `artifact`.
        final: Whether only final steps are judged; the default for claims.
        tool: Name of the tool whose steps alone are judged.
        check: Stable id.

    Raises:
        InputError: If `form` is neither, or is no valid schema.

    Examples:
        >>> class City(BaseModel):
        ...     name: str
        ...     people: int
        >>> schema = Schema(City)
        >>> step = Step(claim='{"name": "Ulm", "people": "many"}', final=True)
        >>> schema(step, Chain())[0].evidence["path"]
        'people'
    """

    cost = 2e-4

    def __init__(
        self,
        form: type[BaseModel] | dict[str, Any],
        *,
        part: Part = "claim",
        final: bool | None = None,
        tool: str | None = None,
        check: str = "schema",
    ) -> None:
        if not isinstance(form, dict):
            if not (isinstance(form, type) and issubclass(form, BaseModel)):
                raise InputError(
                    f"A schema is a pydantic model or a dict, not {type(form).__name__}.",
                    "Pass a BaseModel subclass or a JSON Schema.",
                )
        else:
            _validator(form)
        self.check = check
        self._form = form
        self._part: Part = part
        self._final = part == "claim" if final is None else final
        self._tool = tool
        self.scope = "answer" if self._final else "step"
        self.constraint = (
            f"The answer is JSON of this schema: {_schema_text(form)}" if (part == "claim") else ""
        )

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Read the part and validate it; nothing where the step has no such part."""
        if (self._final and not step.final) or (self._tool and step.tool != self._tool):
            return []
        try:
            value = self._read(step)
        except JSONError as error:
            return [self._verdict("fail", f"The {self._part} has no readable JSON: {error}.")]
        if value is None:
            return []
        if depth(value) > MAX_DEPTH:
            return [self._verdict("fail", f"The {self._part} is nested too deeply.")]
        try:
            faults = list(self._faults(value))
        except Unresolvable as error:
            fact = f"The schema refers to what is not in it: {told(str(error))}."
            return [self._verdict("unknown", fact)]
        if not faults:
            return [self._verdict("pass", "")]
        path, message = faults[0]
        listed = "; ".join(f"{at or 'the whole'}: {why}" for at, why in faults[:MAX_TOLD])
        more = f" (and {len(faults) - MAX_TOLD} more)" if len(faults) > MAX_TOLD else ""
        field = f"args.{path}" if self._part == "args" and path else self._part
        return [
            self._verdict("fail", f"The {self._part} has another form: {listed}{more}.").model_copy(
                update={
                    "field": field,
                    "evidence": {"path": path, "problem": message, "faults": len(faults)},
                }
            )
        ]

    def _read(self, step: Step) -> Any:
        if self._part == "artifact":
            return step.outcome.artifact if step.outcome and step.outcome.ok else None
        if self._part == "args":
            return step.args if step.tool else None
        if self._part == "check":
            return step.check
        text = step.claim if self._part == "claim" else step.thought
        return read_json(text) if text or step.final else None

    def _faults(self, value: Any) -> Iterable[tuple[str, str]]:
        """Yield the path and the problem of each fault, the outermost first."""
        if isinstance(self._form, dict):
            found = sorted(_validator(self._form).iter_errors(value), key=lambda e: len(e.path))
            for error in found:
                yield _path(error.absolute_path), told(error.message)
            return
        try:
            self._form.model_validate(value)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_context=False):
                yield _path(fault["loc"]), told(fault["msg"])

    def _verdict(self, status: str, fact: str) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": "The form is as asked",
                "status": status,
                "fact": fact,
                "field": self._part if status == "fail" else None,
            }
        )


def _validator(schema: dict[str, Any]) -> Validator:
    """Return a validator that follows no reference outside the schema."""
    import jsonschema
    from referencing import Registry

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise InputError(
            f"The JSON Schema is not valid: {told(error.message)}.", "Correct the schema."
        ) from None
    found: Validator = kind(schema, registry=Registry())
    return found


def _path(parts: Iterable[Any]) -> str:
    return told(".".join(str(part) for part in parts), 200)


def _schema_text(form: type[BaseModel] | dict[str, Any]) -> str:
    """Return the schema as a model reads it in a prompt."""
    schema = form if isinstance(form, dict) else form.model_json_schema()
    return told(json.dumps(schema, ensure_ascii=False), MAX_SCHEMA)
