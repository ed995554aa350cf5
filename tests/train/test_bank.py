"""Embeddings of earlier batches serve as negatives alone, the newest of them."""

from pathlib import Path

import pytest
import torch

from recog.errors import TrainingError
from recog.train.bank import MemoryBank
from recog.train.checkpoint import CheckpointFile
from recog.train.settings import TrainSettings
from recog.train.triplets import batch_hard_triplets, select_triplets
from tests.train.test_checkpoint import Interrupted, identity, recipe, run


def rows(*values: float) -> torch.Tensor:
    return torch.tensor([[value, 1.0] for value in values])


def test_the_newest_embeddings_are_kept_without_their_gradient() -> None:
    bank = MemoryBank(3)
    assert len(bank.beside(rows(0.0), torch.tensor([0]))[1]) == 1
    bank.add(rows(1.0, 2.0).requires_grad_(), torch.tensor([1, 2]))
    bank.add(rows(3.0, 4.0), torch.tensor([3, 4]))
    own = rows(0.5).requires_grad_()
    embeddings, labels = bank.beside(own, torch.tensor([9]))
    assert labels.tolist() == [9, 2, 3, 4]
    assert embeddings[:, 0].tolist() == [0.5, 2.0, 3.0, 4.0]
    (gradient,) = torch.autograd.grad(embeddings.sum(), own)
    assert gradient.tolist() == [[1.0, 1.0]]
    assert not bank.state["embeddings"].requires_grad


def test_a_bank_of_no_size_stays_empty() -> None:
    bank = MemoryBank(0)
    bank.add(rows(1.0), torch.tensor([1]))
    assert len(bank.state["labels"]) == 0


@pytest.mark.parametrize("selection", ["semi-hard", "batch-hard", "batch-all"])
def test_rows_of_the_bank_are_negatives_alone(selection: str) -> None:
    random = torch.Generator().manual_seed(0)
    embeddings = torch.nn.functional.normalize(torch.randn(40, 6, generator=random))
    labels = torch.randint(0, 5, (40,), generator=random)
    triplets = select_triplets(embeddings, labels, selection, margin=0.5, anchors=12)  # type: ignore[arg-type]
    assert int(triplets[:, :2].max()) < 12
    assert int(triplets[:, 2].max()) >= 12
    assert bool((labels[triplets[:, 0]] == labels[triplets[:, 1]]).all())
    assert bool((labels[triplets[:, 0]] != labels[triplets[:, 2]]).all())
    alone = select_triplets(embeddings[:12], labels[:12], selection, margin=0.5)  # type: ignore[arg-type]
    if selection != "batch-hard":
        within = triplets[triplets[:, 2] < 12]
        assert {tuple(each) for each in within.tolist()} == {tuple(each) for each in alone.tolist()}


def test_the_hardest_negative_may_be_one_of_the_bank() -> None:
    embeddings, labels = rows(0.0, 0.1, 0.9, 0.2), torch.tensor([0, 0, 1, 1])
    assert batch_hard_triplets(embeddings, labels, anchors=3).tolist() == [[0, 1, 3], [1, 0, 3]]


def test_a_run_with_a_bank_resumes_bit_for_bit_and_learns_other_things(tmp_path: Path) -> None:
    settings = recipe("batch-hard", bank=30)
    whole = run(settings)
    assert run(recipe("batch-hard")).head.sha256 != whole.head.sha256
    file = CheckpointFile(tmp_path / "run", identity(settings))
    with pytest.raises(Interrupted):
        run(settings, file, stop_at=8)
    assert run(settings, file).history == whole.history


def test_a_bank_beside_mined_triplets_is_refused() -> None:
    with pytest.raises(TrainingError, match="a bank of 9 embeddings with the selection offline"):
        TrainSettings(selection="offline", bank=9)
