"""The settings of a style transfer of sound; this module loads no arithmetic."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSettings:
    """What decides the result besides the sounds.

    steps: optimiser steps. weight: weight of the style; that of the content is 1. seed: of the random filters. filters:
    their number; size: frames that each of them sees. rounds: rounds of the search for phases.
    """

    steps: int = 100
    weight: float = 10.0
    seed: int = 0
    filters: int = 1024
    size: int = 11
    rounds: int = 100
