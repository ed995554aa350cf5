"""recog's own networks whose layers are shown, each loaded once."""

from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from recog.explain.sources import layered_network
from recog.explain.torch_layers import TorchLayers
from recog.weights.loading import LoadOptions

NAMES = ("facenet-casia", "sface", "dlib-resnet", "pnet", "rnet", "onet", "yunet", "vgg16-hed")


@cache
def network(name: str) -> TorchLayers:
    found = layered_network(name, LoadOptions(cache=user_cache_path("recog")), own_networks=Path("nowhere"))
    assert isinstance(found, TorchLayers)
    return found
