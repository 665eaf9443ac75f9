"""A small writer of ONNX graphs: one call an operation, constants stored once."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, ML_OPSET, IR = 18, 3, 9
"""Versions that every ONNX Runtime since 1.15 reads."""
ML = "ai.onnx.ml"
OWN = "autoglm/"
"""Prefix of the names inside; the rest of the name space belongs to the table's columns."""


class Graph:
    """Collects nodes, constants, inputs and outputs; values are passed around by name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._stored: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._count = 0

    def input(self, name: str, kind: int) -> str:
        """Declare a column of the table, shape (n, 1).

        Args:
            name: Name of the column, any text.
            kind: One of `onnx.TensorProto`'s types.
        """
        self._inputs.append(helper.make_tensor_value_info(name, kind, ["n", 1]))
        return name

    def output(self, value: str, name: str, kind: int, shape: list[Any]) -> None:
        """Declare a value as an output."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Append an operation with one result; return the result's name."""
        name = self._name(kind)
        self._nodes.append(
            helper.make_node(kind, list(inputs), [name], domain=domain, **attributes)
        )
        return name

    def constant(self, value: np.ndarray) -> str:
        """Return the name of a stored array; equal arrays are stored once."""
        array = np.asarray(value, order="C")
        content = "\0".join(map(str, array.ravel())).encode() if array.dtype == object else None
        key = (str(array.dtype), array.shape, content or array.tobytes())
        if key not in self._constants:
            name = self._constants[key] = self._name("constant")
            self._stored.append(numpy_helper.from_array(array, name))
        return self._constants[key]

    def single(self, value: Any) -> str:
        """Return the name of a float32 constant."""
        return self.constant(np.asarray(value, dtype=np.float32))

    def double(self, value: Any) -> str:
        """Return the name of a float64 constant."""
        return self.constant(np.asarray(value, dtype=np.float64))

    def whole(self, value: Any) -> str:
        """Return the name of an int64 constant."""
        return self.constant(np.asarray(value, dtype=np.int64))

    def cast(self, value: str, kind: int) -> str:
        """Return the value as another type."""
        return self.op("Cast", value, to=kind)

    def beside(self, values: list[str]) -> str:
        """Return matrices of the same rows put side by side."""
        return values[0] if len(values) == 1 else self.op("Concat", *values, axis=1)

    def model(self, told: dict[str, str]) -> bytes:
        """Return the checked model with texts that go along with it."""
        graph = helper.make_graph(
            self._nodes, "autoglm", self._inputs, self._outputs, initializer=self._stored
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR, producer_name="autoglm-agent"
        )
        helper.set_model_props(model, told)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{OWN}{kind} {self._count}"


FLOAT, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64
STRING, BOOL = TensorProto.STRING, TensorProto.BOOL
