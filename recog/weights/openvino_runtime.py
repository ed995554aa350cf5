"""OpenVINO, imported so that it reports nothing to its makers, and its networks compiled for this processor."""

import sys
from collections.abc import Mapping
from typing import Any

# At its import OpenVINO sends an event to an analytics service where the package openvino_telemetry is found, and uses
# a stub that sends nothing where that package cannot be imported. A face library calls nobody: it gets the stub.
_ABSENT: Any = None
sys.modules.setdefault("openvino_telemetry", _ABSENT)

import openvino  # noqa: E402 - after the lines above, which are this module's job

__all__ = ["compiled", "openvino"]


def compiled(graph: Any, *, threads: int | None = None, streams: int = 1) -> Any:
    """An openvino.CompiledModel of an openvino.Model: float32 on every machine, cores not reserved.

    OpenVINO's own choice of numbers, bfloat16 on some processors, would make results depend on the processor, and
    pinned threads would keep the cores from those who decode photos meanwhile. threads None is one a core; they are
    shared out among the streams, which are requests that run side by side.
    """
    options: Mapping[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,
        **({} if threads is None else {"INFERENCE_NUM_THREADS": threads}),
    }
    return openvino.Core().compile_model(graph, "CPU", dict(options))
