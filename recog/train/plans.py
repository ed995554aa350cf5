"""The plans of training runs: what to train, from which people, by which recipe."""

from dataclasses import dataclass, field
from typing import Literal

from recog.errors import TrainingError
from recog.train.augment import Augmentation
from recog.train.record import check_name
from recog.train.settings import TrainSettings

DECIDING_SCORE = "mean"
"""The validation score that decides which step is kept."""

Part = Literal["blocks", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPlan:
    """The plan to train a head.

    pattern chooses people by the name of their folder. tight says that the photos are crops whose faces meet the
    border. crop_scale and flip become the product's way to use the head. held_out is the share of people kept from
    training; they validate, and then calibrate at the false accept rate `far`. data describes the photos in the record
    and names nobody. shares and centrings weigh the trunks of a network of several in the PCA start (see
    blocks.FeatureBlock); if they are empty, the network's own count.

    Raises:
        TrainingError: a value is out of its range, or name is no name for files.
    """

    name: str = "facenet-casia-triplet128"
    pattern: str = "*"
    tight: bool = False
    dim: int = 128
    shares: tuple[float, ...] = ()
    centrings: tuple[float, ...] = ()
    crop_scale: float = 1.19
    flip: bool = True
    held_out: float = 0.15
    far: float = 1e-3
    data: str = "a folder of people"
    settings: TrainSettings = field(default_factory=TrainSettings)

    def __post_init__(self) -> None:
        check_name(self.name)
        if not 0 < self.held_out < 1 or not 0 < self.far < 1 or not 0.5 <= self.crop_scale <= 4 or self.dim < 2:
            raise TrainingError(
                f"held_out {self.held_out} and far {self.far} must lie between 0 and 1, crop_scale {self.crop_scale} "
                f"between 0.5 and 4, and dim {self.dim} be at least 2"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """The plan to fine-tune a trunk of a network together with the network's head.

    trunk names the trunk's weights; None is the only trunk of the network. part is "blocks", the last stages, or "all".
    blocks is the number of those stages; None is the trunk's own count (see stages.Stages). rank trains low-rank
    changes of the kernels, for a small file (see low_rank.low_rank_start); None trains the kernels themselves.
    pattern, tight, crop_scale, flip, held_out and data are as in HeadPlan. bf16 computes the trunk in bfloat16. half
    writes the trained tensors in float16, and scores them so. The default hold of 0.5 is half the squared distance to
    the old embedding.

    Raises:
        TrainingError: a value is out of its range, or name is no name for files.
    """

    name: str = "facenet-casia-tuned"
    trunk: str | None = None
    part: Part = "blocks"
    blocks: int | None = None
    rank: int | None = None
    pattern: str = "*"
    tight: bool = False
    crop_scale: float = 1.19
    flip: bool = True
    held_out: float = 0.15
    bf16: bool = False
    half: bool = True
    data: str = "a folder of people"
    augmentation: Augmentation = field(default_factory=Augmentation)
    settings: TrainSettings = field(default_factory=lambda: TrainSettings(learning_rate=2e-5, hold=0.5, steps=100))

    def __post_init__(self) -> None:
        check_name(self.name)
        if not 0 < self.held_out < 1 or not 0.5 <= self.crop_scale <= 4:
            raise TrainingError(
                f"held_out {self.held_out} must lie between 0 and 1, crop_scale {self.crop_scale} between 0.5 and 4"
            )
        if not all(each is None or each >= 1 for each in (self.blocks, self.rank)):
            raise TrainingError(f"{self.blocks} blocks of rank {self.rank}: both are at least 1")
        if self.part == "all" and self.blocks is not None:
            raise TrainingError(f"all stages are trained, so no number of last stages ({self.blocks}) can be given")
