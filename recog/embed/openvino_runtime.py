"""OpenVINO, imported so that it reports nothing to its makers."""

import sys
from typing import Any

# At its import OpenVINO sends an event to an analytics service where the package openvino_telemetry is found, and uses
# a stub that sends nothing where that package cannot be imported. A face library calls nobody: it gets the stub.
_ABSENT: Any = None
sys.modules.setdefault("openvino_telemetry", _ABSENT)

import openvino  # noqa: E402 - after the line above, which is this module's job

__all__ = ["openvino"]
