"""A tiny real ONNX network.

It embeds the mean colour of an image, (mean of each channel) @ weight, so that a test knows the embedding beforehand.
"""

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


def mean_colour_network(weight: NDArray[np.float32], *, side: int, inputs: int = 1) -> bytes:
    """(n, 3, side, side) float32 -> (n, dim) float32 with a weight of (3, dim); images above the first are added."""
    names = [f"image{number}" for number in range(inputs)]
    nodes = [
        helper.make_node("Sum", names, ["image"]),
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "weight"], ["embedding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean colour",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3, side, side]) for name in names],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", weight.shape[1]])],
        [numpy_helper.from_array(weight, "weight")],
    )
    content: bytes = helper.make_model(
        graph, producer_name="tests", ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
    ).SerializeToString()
    return content
