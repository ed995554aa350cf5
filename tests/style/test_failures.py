"""Which failures cost one picture, and which the batch."""

import pytest
import torch

from recog.errors import CatalogError, StyleError
from recog.style.failures import NO_MEMORY, costs_one_picture


def test_memory_that_torch_cannot_have_is_a_sentence() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert costs_one_picture(caught.value) == NO_MEMORY
    assert costs_one_picture(MemoryError()) == NO_MEMORY
    assert costs_one_picture(torch.OutOfMemoryError("CUDA out of memory")) == NO_MEMORY


def test_what_is_wrong_with_one_picture_costs_it_and_what_is_wrong_with_all_stops_the_batch() -> None:
    assert costs_one_picture(StyleError("too small")) == "too small"
    assert costs_one_picture(ValueError("shapes")) == "recog failed (ValueError: shapes); please report it"
    for error in (KeyboardInterrupt(), SystemExit(), CatalogError("the catalog is gone"), BrokenPipeError()):
        assert costs_one_picture(error) is None
