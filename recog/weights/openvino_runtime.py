"""OpenVINO, imported so that it reports nothing to its makers, and its networks compiled for this processor."""

import io
import sys
from collections.abc import Mapping
from typing import Any

# At its import OpenVINO sends an event to an analytics service where the package openvino_telemetry is found, and uses
# a stub that sends nothing where that package cannot be imported. A face library calls nobody: it gets the stub.
_ABSENT: Any = None
sys.modules.setdefault("openvino_telemetry", _ABSENT)

import openvino  # noqa: E402 - after the lines above, which are this module's job

__all__ = ["compiled", "imported", "openvino"]


def compiled(graph: Any, *, threads: int | None = None, streams: int = 1) -> Any:
    """An openvino.CompiledModel of an openvino.Model: float32 on every machine, cores not reserved.

    OpenVINO's own choice of numbers, bfloat16 on some processors, would make results depend on the processor, and
    pinned threads would keep the cores from those who decode photos meanwhile. threads None is one a core; they are
    shared out among the streams, which are requests that run side by side.
    """
    return openvino.Core().compile_model(graph, "CPU", _options(threads, streams))


def imported(content: memoryview, *, threads: int | None = None, streams: int = 1) -> Any:
    """The openvino.CompiledModel whose export_model wrote content, with the options of `compiled`.

    Raises:
        RuntimeError: OpenVINO cannot read it. It checks little: content must be known to be its own.
    """
    return openvino.Core().import_model(io.BytesIO(content), "CPU", _options(threads, streams))


def _options(threads: int | None, streams: int) -> dict[str, Any]:
    options: Mapping[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,
        **({} if threads is None else {"INFERENCE_NUM_THREADS": threads}),
    }
    return dict(options)
