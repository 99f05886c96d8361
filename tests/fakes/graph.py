"""Small ONNX networks, written node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Shape = Sequence[int | str]

#: ONNX Runtime's oldest release that we allow reads these.
_OPSET = 17
_IR_VERSION = 10


class Graph:
    """A network that grows: each step gives the name of its result."""

    def __init__(self, name: str, shape: Shape) -> None:
        """Begin with one float32 input."""
        self._input = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Add an operation of ONNX's."""
        result = f"step{len(self._nodes)}"
        # The name must not begin as one of mxnet's: insightface would take it for a network that scales its own input.
        self._nodes.append(helper.make_node(operation, list(inputs), [result], name=f"at_{result}", **attributes))
        return result

    def constant(self, value: object, kind: type = np.float32) -> str:
        """Add a constant."""
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def save(self, path: Path, outputs: Mapping[str, Shape]) -> None:
        """Write the network; `outputs` are results and their shapes."""
        infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
        graph = helper.make_graph(self._nodes, path.stem, [self._input], infos, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        onnx.save(model, path)
