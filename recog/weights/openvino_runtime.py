"""OpenVINO, imported so that it reports nothing to its makers, and the options that networks are compiled with."""

import sys
from typing import Any, TypedDict, Unpack

# On import OpenVINO sends an event to an analytics service if it finds the package openvino_telemetry; otherwise it
# uses a stub that sends nothing. A face library calls nobody, so OpenVINO gets the stub.
_ABSENT: Any = None
sys.modules.setdefault("openvino_telemetry", _ABSENT)

import openvino  # noqa: E402 - after the lines above, which are this module's job

from recog.memory import refuse_small_address_space  # noqa: E402 - likewise

__all__ = ["compiled", "imported", "in_float32", "openvino"]

_PRECISE = b"""<net name="precise" version="11"><layers>
<layer id="0" name="in" type="Parameter" version="opset1"><rt_info><attribute name="precise" version="0"/></rt_info>
<data shape="1" element_type="f32"/><output><port id="0" precision="FP32"><dim>1</dim></port></output></layer>
<layer id="1" name="out" type="Result" version="opset1">
<input><port id="0" precision="FP32"><dim>1</dim></port></input></layer>
</layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges></net>"""
"""A network whose input has the attribute of `in_float32`; Python can make the attribute only by reading one."""
_KEEPS_PRECISION = "DisablePrecisionConversion_0"


class RunOptions(TypedDict, total=False):
    """How a network runs.

    threads None, or left out, is one a core. streams is the number of requests that run at the same time, 1 if left
    out; they share the threads. prepared is the most layers that stay prepared for shapes seen before; left out it is
    OpenVINO's default, 5000, which takes gigabytes if inputs have many shapes. bfloat16 computes in bfloat16 except
    for layers marked by `in_float32`; left out or False, all is float32, because OpenVINO's own choice would make
    results depend on the processor.
    """

    threads: int | None
    streams: int
    prepared: int
    bfloat16: bool


def compiled(graph: Any, **options: Unpack[RunOptions]) -> Any:
    """Compile an openvino.Model to an openvino.CompiledModel, without pinned threads.

    Pinned threads would take cores away from the processes that decode photos.

    Raises:
        MemoryError: the process may have too little address space.
    """
    refuse_small_address_space()
    return openvino.Core().compile_model(graph, "CPU", _properties(options))


def imported(content: Any, **options: Unpack[RunOptions]) -> Any:
    """Read the openvino.CompiledModel whose export_model wrote content, with the options of `compiled`.

    content is an openvino.Tensor of bytes that owns its memory: the network computes with the weights in there, which
    loads it in half the time of a stream.

    Raises:
        MemoryError: the process may have too little address space.
        RuntimeError: OpenVINO cannot read it. OpenVINO checks little, so the caller must know that the content is safe.
    """
    refuse_small_address_space()
    return openvino.Core().import_model(content, "CPU", _properties(options))


def in_float32(x: Any) -> None:
    """Have this node and everything that it is computed from computed in float32, in a network of bfloat16.

    Raises:
        KeyError: this OpenVINO has no such attribute.
    """
    model = openvino.Core().read_model(_PRECISE, b"")
    precise = model.get_parameters()[0].get_rt_info()[_KEEPS_PRECISION]
    nodes = [x]
    while nodes:
        node = nodes.pop()
        node.set_rt_info(precise, _KEEPS_PRECISION)
        nodes += [each.get_source_output().get_node() for each in node.inputs()]


def _properties(options: RunOptions) -> dict[str, Any]:
    """Return the options under OpenVINO's names."""
    properties: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "bf16" if options.get("bfloat16") else "f32",
        "NUM_STREAMS": options.get("streams", 1),
        "ENABLE_CPU_PINNING": False,
    }
    threads = options.get("threads")
    if threads is not None:
        properties["INFERENCE_NUM_THREADS"] = threads
    if "prepared" in options:
        properties["CPU_RUNTIME_CACHE_CAPACITY"] = options["prepared"]
    return properties
