"""A real trunk that was trained a little is used by the product as it was scored."""

from pathlib import Path

import numpy as np
import pytest
import torch
from platformdirs import user_cache_path
from safetensors.numpy import load_file

from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.embed.embedder import FaceEmbedder
from recog.embed.info import head_of, info_of
from recog.embed.network import NETWORKS, network_named
from recog.embed.sface_trunk import SfaceTrunk
from recog.embed.trunks import load_trunks
from recog.train.augment import Augmentation
from recog.train.head import LinearHead
from recog.train.located import located_faces
from recog.train.network_files import NetworkRun
from recog.train.network_folder import NetworkStart, load_start, train_network
from recog.train.network_training import Cropping
from recog.train.options import RunOptions, Runtime
from recog.train.plans import NetworkPlan
from recog.train.settings import BatchShape, TrainSettings
from recog.train.validation import read_pair_list
from recog.types import Crops, Embeddings
from tests.painted import CellDetector, paint

CACHE = user_cache_path("recog")
PLAN = NetworkPlan(
    name=NETWORKS["sface-dlib"].head, trunk="sface", blocks=1, rank=4, held_out=0.4, data="painted faces", flip=False,
    augmentation=Augmentation(flip=0.5, jitter=0.0, jpeg=0.0, grey=0.0),
    settings=TrainSettings(
        batch=BatchShape(people=3, photos=2), selection="batch-hard", learning_rate=1e-3, hold=0.5, chunk=4, bank=6,
        steps=3, validate_every=1,
    ),
)  # fmt: skip


def people(folder: Path) -> Path:
    random = np.random.default_rng(0)
    for person in range(5):
        colour = random.integers(80, 160, 3)
        for number in range(1, 4):
            red, green, blue = (int(value) for value in colour + random.integers(-14, 15, 3))
            paint(folder / f"P{person}" / f"P{person}_{number:04d}.png", (red, green, blue), noise=9 * person + number)
    lines = ["4", *(f"P{row}\t1\t2" for row in range(4)), *(f"P{row}\t1\tP{row + 1}\t3" for row in range(4))]
    (folder.parent / "pairs.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.networks
@pytest.mark.parametrize("encoder", ["torch", "openvino"])
def test_sface_beside_dlib_is_trained_and_the_product_uses_it(tmp_path: Path, encoder: str) -> None:
    folder, heads = people(tmp_path / "people"), tmp_path / "heads"
    start = load_start(PLAN, Runtime(cache=CACHE, network="sface-dlib"))
    photos = labelled_photos(folder)
    found = train_network(
        photos, read_pair_list(folder, tmp_path / "pairs.txt"), CellDetector(), start, plan=PLAN,
        run=RunOptions(output=heads), cache=tmp_path / "cache",
    )  # fmt: skip
    assert found.trained.step > 0
    assert (found.record["tuned_trunk"], found.record["tuned_stages"]) == ("sface", ["fc"])
    assert found.trunk_path.stat().st_size < 500_000
    embedder = FaceEmbedder(network="sface-dlib", cache=CACHE, heads=heads, encoder=encoder)
    assert embedder.info == info_of(head_of("sface-dlib", heads=heads))
    assert embedder.info.sha256 != info_of(head_of("sface-dlib")).sha256
    faces = located_faces(photos, CellDetector(), undetected=Undetected.LEAVE_OUT, cache=tmp_path)
    crops = np.stack([Cropping(PLAN.crop_scale, start.views).cut(faces, row) for row in range(4)])
    np.testing.assert_allclose(embedder.embed(crops), by_hand(crops, start, found, encoder), atol=1e-4)


def by_hand(crops: Crops, start: NetworkStart, found: NetworkRun, encoder: str) -> Embeddings:
    """Add the change of the last layer to the features of the network as it was, and put the new head on them."""
    seen: list[torch.Tensor] = []
    start.trunk.network.fc.register_forward_hook(lambda _module, given, _made: seen.append(given[0].flatten(1)))
    assert start.others is not None
    before = SfaceTrunk.features(start.trunk, start.others.own(crops))  # type: ignore[arg-type]
    change = {name: tensor.astype(np.float32) for name, tensor in load_file(found.trunk_path).items()}
    own = seen[0].numpy() @ (change["fc.weight.up"] @ change["fc.weight.down"]).T
    own += change["fc.bias"] - start.trunk.network.fc.bias.numpy()
    assert np.abs(own).max() > 1e-3
    whole = load_trunks(network_named("sface-dlib"), cache=CACHE, encoder=encoder).features(crops)  # type: ignore[arg-type]
    whole[:, :128] = before + own  # a trained trunk computes in float32
    return LinearHead(**load_file(found.path)).embed(whole)
