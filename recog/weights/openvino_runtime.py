"""OpenVINO, imported so that it reports nothing to its makers, and the options that networks are compiled with."""

import io
import sys
from collections.abc import Mapping
from typing import Any

# On import OpenVINO sends an event to an analytics service if it finds the package openvino_telemetry; otherwise it
# uses a stub that sends nothing. A face library calls nobody, so OpenVINO gets the stub.
_ABSENT: Any = None
sys.modules.setdefault("openvino_telemetry", _ABSENT)

import openvino  # noqa: E402 - after the lines above, which are this module's job

from recog.memory import refuse_small_address_space  # noqa: E402 - likewise

__all__ = ["compiled", "imported", "openvino"]


def compiled(graph: Any, *, threads: int | None = None, streams: int = 1, prepared: int | None = None) -> Any:
    """Compile an openvino.Model to an openvino.CompiledModel: float32 on every machine, without pinned threads.

    OpenVINO's default precision, bfloat16 on some processors, would make results depend on the processor. Pinned
    threads would take cores away from the processes that decode photos. threads None is one a core. streams is the
    number of requests that run at the same time; they share the threads. prepared is the most layers that stay prepared
    for shapes seen before; None is OpenVINO's default, 5000, which takes gigabytes if inputs have many shapes.

    Raises:
        MemoryError: the process may have too little address space.
    """
    refuse_small_address_space()
    options = _options(threads, streams)
    if prepared is not None:
        options["CPU_RUNTIME_CACHE_CAPACITY"] = prepared
    return openvino.Core().compile_model(graph, "CPU", options)


def imported(content: memoryview, *, threads: int | None = None, streams: int = 1) -> Any:
    """Read the openvino.CompiledModel whose export_model wrote content, with the options of `compiled`.

    Raises:
        MemoryError: the process may have too little address space.
        RuntimeError: OpenVINO cannot read it. OpenVINO checks little, so the caller must know that the content is safe.
    """
    refuse_small_address_space()
    return openvino.Core().import_model(io.BytesIO(content), "CPU", _options(threads, streams))


def _options(threads: int | None, streams: int) -> dict[str, Any]:
    options: Mapping[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,
        **({} if threads is None else {"INFERENCE_NUM_THREADS": threads}),
    }
    return dict(options)
