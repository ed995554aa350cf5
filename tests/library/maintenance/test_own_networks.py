"""A network of the user's own: added from an ONNX file, given a head, removed, and refused if it is no good."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save

from recog.config import Settings, read_settings
from recog.embed.description import described, descriptions
from recog.embed.onnx import OnnxNetwork
from recog.embed.registry import embedder_class
from recog.errors import ConfigError, RecogError, WayOut, WeightsMismatchError, WeightsMissingError
from recog.library.maintenance import weights
from recog.library.maintenance.doctor import examine
from recog.library.maintenance.own_networks import Origin, Preprocessing, add_network, remove_network, set_head
from recog.library.maintenance.results import OwnNetwork
from recog.library.maintenance.weights import models
from recog.library.networks import Networks
from recog.render.ways_out import with_way_out
from recog.types import Embedder
from recog.weights.loading import LoadOptions
from tests.onnx_file import mean_colour_network

SIDE, DIM = 32, 512
NODES = (
    helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
    helper.make_node("Flatten", ["pooled"], ["flat"], axis=1),
    helper.make_node("MatMul", ["flat", "weight"], ["embedding"]),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(
        library=tmp_path / "library", cache=tmp_path / "cache", own_networks=tmp_path / "networks", device="cpu"
    )


def weight(dim: int = DIM, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(seed).normal(size=(3, dim)).astype(np.float32)


def colours(folder: Path, *, seed: int = 0, dim: int = DIM) -> Path:
    path = folder / f"colours{seed}.onnx"
    path.write_bytes(mean_colour_network(weight(dim, seed), side=SIDE))
    return path


def preprocessing(**changes: Any) -> Preprocessing:
    usual: dict[str, Any] = {
        "input_size": SIDE, "alignment": "box", "colour": "rgb", "mean": 127.5, "scale": 64.0, "crop_scale": 1.19,
        "flip": False,
    }  # fmt: skip
    return Preprocessing(**(usual | changes))


def origin(**changes: Any) -> Origin:
    usual: dict[str, Any] = {"licence": "CC0", "trained_on": "nothing", "non_commercial": False}
    return Origin(**(usual | changes))


def added(settings: Settings, file: Path, name: str = "mine", **more: Any) -> OwnNetwork:
    return add_network(settings, name, file, preprocessing(), origin(), **more)


def loaded(settings: Settings, name: str = "mine") -> Embedder:
    return embedder_class(name, own_networks=settings.own_networks).load(LoadOptions(cache=settings.cache))


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.own_networks.iterdir() if path.name != ".lock")


def write_head(folder: Path, settings: Settings, *, dim: int = 16, seed: int = 0, **changes: Any) -> Path:
    """Write what `recog train head` writes for the network "mine"."""
    folder.mkdir(exist_ok=True)
    draw = np.random.default_rng(seed)
    data = save({"weight": draw.normal(size=(dim, DIM)).astype(np.float32), "bias": np.zeros(dim, np.float32)})
    description = described("mine", directory=settings.own_networks)
    assert description is not None
    record: dict[str, Any] = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "trunk": "mine",
        "trunk_sha256": OnnxNetwork(description).features_sha256,
        "crop_scale": 1.19,
        "flip": False,
        "trained_on": "painted faces",
        "data": {"sha256": "0" * 64},
        "arguments": {"held_out": 0.15, "settings": {"seed": 0}},
    }
    path = folder / "mine-head.safetensors"
    path.write_bytes(data)
    path.with_suffix(".json").write_text(json.dumps(record | changes))
    return path


def crops(count: int = 3) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(1).integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


def test_a_network_is_copied_for_its_owner_alone_described_and_used(settings: Settings, tmp_path: Path) -> None:
    file = colours(tmp_path)
    made = added(settings, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (made.dim, made.head, made.replaced, made.in_use, made.calibrated) == (DIM, None, False, False, False)
    assert files(settings) == [f"mine-{digest[:12]}.onnx", "mine.toml"]
    for path in (settings.own_networks, *settings.own_networks.iterdir()):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    file.unlink()
    embedder = loaded(settings)
    assert embedder.info.sha256 == made.sha256
    found = embedder.embed(crops())
    assert found.shape == (3, DIM)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_the_network_is_listed_with_what_its_licence_forbids(settings: Settings, tmp_path: Path) -> None:
    add_network(settings, "mine", colours(tmp_path), preprocessing(), origin(non_commercial=True))
    add_network(settings, "other", colours(tmp_path), preprocessing(), origin())
    uses = {one.name: one.commercial_use for one in models(settings)}
    assert (uses["mine"], uses["other"]) == ("forbidden", "unknown")
    assert set(uses.values()) == {"forbidden", "unknown", "data for research"}


def test_a_network_is_present_as_soon_as_it_was_added_and_damaged_if_its_file_changed(
    settings: Settings, tmp_path: Path
) -> None:
    added(settings, colours(tmp_path))
    (path,) = settings.own_networks.glob("mine-*.onnx")
    (listed,) = (one for one in models(settings) if one.name == "mine")
    assert (listed.state, listed.path) == ("present", path)
    used = settings.model_copy(update={"network": "mine"})
    told = [one.sentence for one in examine(used, Networks(used)).observations if one.subject == "weights"]
    assert any(sentence.startswith("mine is here and has the digest") for sentence in told)
    path.write_bytes(b"other")
    (listed,) = (one for one in weights.verify_models(settings) if one.name == "mine")
    assert listed.state == "damaged"


@pytest.mark.parametrize("used", [False, True])
def test_a_spoilt_description_leaves_the_other_networks_in_the_list(
    settings: Settings, tmp_path: Path, *, used: bool
) -> None:
    added(settings, colours(tmp_path))
    added(settings, colours(tmp_path, seed=1), "spoilt")
    (settings.own_networks / "spoilt.toml").write_text("file = 3")
    if used:
        settings = settings.model_copy(update={"network": "spoilt"})
    names = [one.name for one in models(settings)]
    assert "mine" in names
    assert "spoilt" not in names
    assert {one.name for one in models(settings) if one.default} >= {"yunet", "mtcnn"}
    (error,) = weights.invalid_descriptions(settings)
    assert re.search(r"spoilt\.toml is not valid: file", str(error))
    with pytest.raises(ConfigError, match=r"spoilt\.toml is not valid"):
        weights.pull(settings, ["spoilt"])


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"mean": (1.0, 2.5, 3.0), "scale": (4.0, 5.0, 6.0)}, "mean = [1.0, 2.5, 3.0]"),
        ({"colour": "bgr", "flip": True}, "flip = true"),
        ({"alignment": "arcface", "crop_scale": 1.5}, 'alignment = "arcface"'),
    ],
)
def test_every_value_reaches_the_description(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], line: str
) -> None:
    licence = 'a "licence" \\ of\u2028my own \x7f\n\x1b[31m é 🙂'
    add_network(settings, "mine", colours(tmp_path), preprocessing(**changes), origin(licence=licence))
    description = described("mine", directory=settings.own_networks)
    assert description is not None
    assert {name: getattr(description, name) for name in changes} == changes
    assert description.licence == licence
    assert line in (settings.own_networks / "mine.toml").read_text(encoding="utf-8").splitlines()


def test_a_name_that_is_taken_or_is_none_is_refused_before_the_file_is_read(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    before = {path: path.read_bytes() for path in settings.own_networks.iterdir()}
    nowhere = tmp_path / "nowhere.onnx"
    with pytest.raises(ConfigError, match=r"mine\.toml describes a network of that name already$") as caught:
        added(settings, nowhere)
    assert caught.value.way_out is WayOut.REPLACE_NETWORK
    for name in ("facenet-dlib", "sface", "mtcnn"):
        with pytest.raises(ConfigError, match=f"recog has a network called '{name}' itself: choose another name"):
            added(settings, nowhere, name)
    for name in ("", "..", "../mine", "a/b", ".mine", "a b", "a\n", "é", "x" * 101):
        with pytest.raises(ConfigError, match="is no name for a network: choose up to 100 letters, digits"):
            added(settings, nowhere, name)
    assert {path: path.read_bytes() for path in settings.own_networks.iterdir()} == before


def test_replacing_leaves_nothing_of_the_earlier_network(settings: Settings, tmp_path: Path) -> None:
    first = added(settings, colours(tmp_path))
    loaded(settings)
    other = colours(tmp_path, seed=1, dim=DIM + 1)
    second = added(settings, other, replace=True)
    assert second.replaced
    assert second.sha256 != first.sha256
    kept = f"mine-{hashlib.sha256(other.read_bytes()).hexdigest()[:12]}.onnx"
    assert files(settings) == [kept, "mine.toml"]
    assert [
        path.name for path in settings.cache.iterdir() if "mine" in path.name and not path.name.startswith(".")
    ] == []
    assert loaded(settings).embed(crops()).shape == (3, DIM + 1)


def test_two_networks_of_one_file_share_nothing(settings: Settings, tmp_path: Path) -> None:
    """One name is the beginning of the other, and both files have the same digest."""
    file = colours(tmp_path)
    added(settings, file, "mine")
    added(settings, file, "mine-too")
    loaded(settings, "mine-too")
    remove_network(settings, "mine")
    assert descriptions(settings.own_networks) == ("mine-too",)
    loaded(settings, "mine-too").embed(crops())


def test_what_was_removed_is_gone_with_its_files(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    loaded(settings)
    calibration = settings.own_networks / "mine.calibration.json"
    calibration.write_text("{}")
    gone = remove_network(settings, "mine").files
    assert gone[0] == settings.own_networks / "mine.toml"
    assert calibration in gone
    assert files(settings) == []
    assert not [path for path in settings.cache.iterdir() if path.name.startswith("mine")]


def test_a_description_is_never_taken_for_a_file_that_a_killed_run_left(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    other = settings.own_networks / "mine-0123456789ab.toml"
    text = (settings.own_networks / "mine.toml").read_text()
    other.write_text(re.sub("(?m)^file = .*$", 'file = "theirs.onnx"', text))
    added(settings, colours(tmp_path, seed=1), replace=True)
    assert other.exists()
    remove_network(settings, "mine")
    assert descriptions(settings.own_networks) == ("mine-0123456789ab",)


@pytest.mark.parametrize("spoil", [Path.mkdir, lambda path: path.symlink_to("/nowhere")], ids=["directory", "dangling"])
def test_what_only_looks_like_a_description_disturbs_nothing(
    settings: Settings, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    added(settings, colours(tmp_path))
    spoil(settings.own_networks / "odd.toml")
    added(settings, colours(tmp_path, seed=1), replace=True)
    assert descriptions(settings.own_networks) == ("mine",)
    assert [one.name for one in models(settings) if one.name in {"mine", "odd"}] == ["mine"]
    remove_network(settings, "mine")
    assert descriptions(settings.own_networks) == ()


def test_a_network_in_use_or_unknown_is_not_removed(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    using = settings.model_copy(update={"network": "mine"})
    with pytest.raises(
        ConfigError, match=r"the setting 'network' names mine: choose another .*every face is then embedded by"
    ):
        remove_network(using, "mine")
    with pytest.raises(ConfigError, match=r"no network of your own called 'yours' in .*: choose one of mine"):
        remove_network(settings, "yours")
    with pytest.raises(ConfigError, match="no network of your own called 'facenet-dlib'"):
        remove_network(settings, "facenet-dlib")
    assert "mine.toml" in files(settings)


def test_a_network_whose_description_is_spoilt_can_be_removed(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    (settings.own_networks / "mine.toml").write_text("file = 3")
    remove_network(settings, "mine")
    assert files(settings) == []


def test_a_head_makes_the_network_another_and_taking_it_off_makes_it_the_first(
    settings: Settings, tmp_path: Path
) -> None:
    first = added(settings, colours(tmp_path))
    head = write_head(tmp_path / "heads", settings)
    (tmp_path / "heads" / "mine-head.calibration.json").write_text('{"network_sha256": "x"}')
    with_head = set_head(settings, "mine", head)
    assert (with_head.dim, with_head.calibrated) == (16, True)
    embedder = loaded(settings)
    assert (embedder.info.dim, embedder.info.name, embedder.info.sha256) == (16, with_head.head, with_head.sha256)
    assert "head: painted faces" in embedder.info.trained_on
    off = set_head(settings, "mine", None)
    assert (off.sha256, off.dim, off.head) == (first.sha256, DIM, None)
    assert len(files(settings)) == 2


def test_a_head_is_a_linear_map_of_the_unit_output(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    plain = loaded(settings).embed(crops())
    set_head(settings, "mine", write_head(tmp_path / "heads", settings))
    matrix = np.random.default_rng(0).normal(size=(16, DIM)).astype(np.float32)
    expected = plain @ matrix.T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(loaded(settings).embed(crops()), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trunk_sha256": "0" * 64}, "was not trained on mine as its description has it now"),
        ({"flip": True}, "was not trained on mine as its description has it now"),
        ({"sha256": "0" * 64}, "is not the head of its run record"),
    ],
)
def test_a_head_of_another_network_is_refused(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    made = added(settings, colours(tmp_path))
    with pytest.raises(WeightsMismatchError, match=said):
        set_head(settings, "mine", write_head(tmp_path / "heads", settings, **changes))
    assert loaded(settings).info.sha256 == made.sha256
    assert len(files(settings)) == 2


def test_a_head_that_is_none_is_refused(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    with pytest.raises(WeightsMissingError, match=r"is no head: name the file HEAD\.safetensors"):
        set_head(settings, "mine", tmp_path / "colours0.onnx")
    with pytest.raises(
        WeightsMissingError, match=r"there is no file .*nobody\.safetensors: name the file HEAD"
    ) as told:
        set_head(settings, "mine", tmp_path / "nobody.safetensors")
    assert "RECOG_HEADS" not in with_way_out(told.value)
    (tmp_path / "alone.safetensors").write_bytes(b"")
    with pytest.raises(WeightsMissingError, match=r"there is no file .*alone\.json"):
        set_head(settings, "mine", tmp_path / "alone.safetensors")
    with pytest.raises(ConfigError, match="no network of your own called 'yours'"):
        set_head(settings, "yours", None)


def network(
    nodes: tuple[onnx.NodeProto, ...] = NODES,
    *,
    taken: tuple[str | int, ...] = ("n", 3, SIDE, SIDE),
    given: tuple[str | int, ...] = ("n", DIM),
    kind: int = TensorProto.FLOAT,
    outputs: tuple[str, ...] = ("embedding",),
    constants: tuple[onnx.TensorProto, ...] = (),
    opset: int = 13,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        list(nodes),
        "network",
        [helper.make_tensor_value_info("image", kind, taken)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, given) for name in outputs],
        [numpy_helper.from_array(weight(), "weight"), *constants],
    )
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset)])


def constant(name: str, value: object, *, dims: tuple[int, ...] | None = None) -> onnx.TensorProto:
    made = numpy_helper.from_array(np.asarray(value), name)
    if dims is not None:
        del made.dims[:]
        made.dims.extend(dims)
    return made


def node(kind: str, inputs: str, output: str, **settings: Any) -> onnx.NodeProto:
    return helper.make_node(kind, inputs.split(), output.split(), **settings)


def external() -> onnx.ModelProto:
    made = network()
    tensor = made.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "weights.bin")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    return made


NO_NETWORK: dict[str, tuple[Callable[[], bytes | onnx.ModelProto], str]] = {
    "no ONNX file": (lambda: b"\x89PNG and so on", "is no ONNX file: export the network as ONNX"),
    "empty": (lambda: b"", r"bad\.onnx is empty: name the ONNX file"),
    "cut off": (lambda: mean_colour_network(weight(), side=SIDE)[:-100], "is no ONNX file"),
    "another side": (
        lambda: network(taken=("n", 3, SIDE + 8, SIDE + 8)),
        rf"takes an input of shape \[\?,3,40,40\], not \(n, 3, {SIDE}, {SIDE}\).*: describe the side",
    ),
    "channels last": (
        lambda: network((node("Transpose", "image", "turned", perm=[0, 3, 1, 2]),
                         node("GlobalAveragePool", "turned", "pooled"), *NODES[1:]), taken=("n", SIDE, SIDE, 3)),
        "export it with channels first",
    ),
    "grey": (
        lambda: network((*NODES[:2], node("MatMul", "flat grey", "embedding")), taken=("n", 1, SIDE, SIDE),
                        constants=(constant("grey", np.ones((1, DIM), np.float32)),)),
        r"takes an input of shape \[\?,1,",
    ),
    "rank 3": (lambda: network(taken=("n", 3, SIDE)), r"takes an input of shape \[\?,3,32\]"),
    "bytes in": (
        lambda: network((node("Cast", "image", "floats", to=TensorProto.FLOAT),
                         node("GlobalAveragePool", "floats", "pooled"), *NODES[1:]), kind=TensorProto.UINT8),
        "takes an input of u8: export it with a float32 input",
    ),
    "two inputs": (
        lambda: mean_colour_network(weight(), side=SIDE, inputs=2),
        "has 2 inputs and 1 outputs: recog needs one of each",
    ),
    "two outputs": (lambda: network(outputs=("embedding", "flat"), given=("n", "d")), "has 1 inputs and 2 outputs"),
    "rank 4 out": (
        lambda: network((node("GlobalAveragePool", "image", "embedding"),), given=("n", 3, 1, 1)),
        r"gives an output of shape \[\?,3,1,1\], not \(n, dimensions\): export it with a row for each face",
    ),
    "too wide": (
        lambda: network(constants=(constant("wide", np.zeros((3, 5000), np.float32)),),
                        nodes=(*NODES[:2], node("MatMul", "flat wide", "embedding")), given=("n", 5000)),
        "dim: Input should be less than or equal to 4096",
    ),
    "too new": (lambda: network(opset=999), "uses operators of version 999, .*: export it with an older opset"),
    "external data": (external, "keeps its weights in another file: export it as one file"),
    "unknown operator": (
        lambda: network((*NODES[:2], node("Wonder", "flat", "embedding"))),
        r"no network that OpenVINO can run \(No conversion rule found for operations: Wonder-13\): export it anew",
    ),
    "lying constant": (
        lambda: network((*NODES[:2], node("MatMul", "flat lie", "embedding")),
                        constants=(constant("lie", np.ones((3, 8), np.float32), dims=(3, 1 << 40)),)),
        "does not match the number of elements implied by its shape",
    ),
    "lying bytes": (
        lambda: network((node("DequantizeLinear", "lie one", "big"), *NODES[:2],
                         node("MatMul", "flat big", "embedding")),
                        constants=(constant("lie", np.ones((3, 8), np.int8), dims=(3, 1 << 40)),
                                   constant("one", np.float32(1)))),
        r"the constant big of .* cannot be computed",
    ),
    "not a number": (
        lambda: mean_colour_network(np.full((3, DIM), np.nan, np.float32), side=SIDE), "returns NaN, only zeros or"
    ),
    "zeros": (lambda: mean_colour_network(np.zeros((3, DIM), np.float32), side=SIDE), "returns NaN, only zeros or"),
    "constant": (
        lambda: network((*NODES, node("Mul", "embedding zero", "none"), node("Add", "none one", "same")),
                        outputs=("same",), constants=(constant("zero", np.float32(0)), constant("one", np.float32(1)))),
        "embeds all of 8 different pictures alike: check mean, scale and the file",
    ),
    "random": (
        lambda: network((*NODES, node("RandomNormalLike", "embedding", "drawn"), node("Add", "embedding drawn", "sum")),
                        outputs=("sum",)),
        "embeds one picture differently each time: export it for inference",
    ),
    "batch normalisation": (
        lambda: network((*NODES, node("ReduceMean", "embedding", "centre", axes=[0]),
                         node("Sub", "embedding centre", "off"), node("Add", "off one", "sum")),
                        outputs=("sum",), constants=(constant("one", np.float32(1)),)),
        "embeds a picture differently beside others: export it for inference",
    ),
    "one row": (
        lambda: network((*NODES, node("ReduceMean", "embedding", "mean", axes=[0])), outputs=("mean",), given=(1, DIM)),
        r"returns \(1, 512\) for 8 faces, not \(8, 512\): export it with a free batch size",
    ),
    "four faces": (
        lambda: network((*NODES, node("Add", "embedding four", "sum")), outputs=("sum",),
                        constants=(constant("four", np.ones((4, DIM), np.float32)),)),
        r"cannot embed 8 faces at once \(.*\): export it with a free batch size",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_NETWORK)
def test_a_file_that_is_no_such_network_is_refused_in_one_sentence_and_leaves_nothing(
    settings: Settings, tmp_path: Path, kind: str
) -> None:
    made, said = NO_NETWORK[kind]
    content = made()
    file = tmp_path / "bad.onnx"
    file.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    with pytest.raises(RecogError, match=said) as caught:
        added(settings, file)
    assert "\n" not in str(caught.value)
    assert not settings.own_networks.exists()


def test_a_network_that_was_exported_for_one_face_at_a_time_takes_several(settings: Settings, tmp_path: Path) -> None:
    one = network(
        (NODES[0], node("Reshape", "pooled shape", "flat"), NODES[2]),
        taken=(1, 3, SIDE, SIDE), given=(1, DIM), constants=(constant("shape", np.array([1, 3], np.int64)),),
    )  # fmt: skip
    (tmp_path / "one.onnx").write_bytes(one.SerializeToString())
    added(settings, tmp_path / "one.onnx")
    added(settings, colours(tmp_path), "any")
    np.testing.assert_allclose(loaded(settings).embed(crops(20)), loaded(settings, "any").embed(crops(20)), atol=1e-6)


def test_what_is_no_file_or_too_large_is_refused_without_reading_it(settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")
    with pytest.raises(WeightsMismatchError, match=r"pipe\.onnx is no file"):
        added(settings, tmp_path / "pipe.onnx")
    with pytest.raises(WeightsMissingError, match="cannot be read"):
        added(settings, tmp_path)
    with pytest.raises(WeightsMissingError, match="cannot be read"):
        added(settings, tmp_path / "nowhere.onnx")
    with (tmp_path / "huge.onnx").open("wb") as huge:
        huge.truncate(1 << 40)  # a hole: no disk has it, and no memory would hold it
    with pytest.raises(WeightsMismatchError, match=r"has 1099\.5 GB, and an ONNX file has at most 2\.1: export"):
        added(settings, tmp_path / "huge.onnx")


@pytest.mark.parametrize(
    ("changes", "more", "said"),
    [
        ({"scale": 0.0}, {}, "scale"),
        ({"mean": float("nan")}, {}, "mean"),
        ({"input_size": 8}, {}, "input_size: Input should be greater than or equal to 16"),
        ({"alignment": "dlib"}, {}, "needs an even one of at least 150: choose arcface or box"),
        ({"alignment": "sphere"}, {}, "choose one of box, dlib, arcface"),
        ({}, {"dim": 128}, "gives an output of 512 dimensions, not 128: leave that number out"),
    ],
)
def test_a_value_out_of_its_range_is_refused(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(RecogError, match=said):
        add_network(settings, "mine", colours(tmp_path), preprocessing(**changes), origin(), **more)
    assert not settings.own_networks.exists()


def test_a_text_that_is_not_utf_8_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="bytes that are not UTF-8: write it in UTF-8"):
        add_network(settings, "mine", colours(tmp_path), preprocessing(), origin(licence="\udcff"))


def test_a_directory_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    settings.own_networks.write_text("a file in its place")
    with pytest.raises(WeightsMissingError, match=r"the directory .*networks of own networks cannot be written"):
        added(settings, colours(tmp_path))


def test_a_file_that_changed_after_it_was_added_is_refused(settings: Settings, tmp_path: Path) -> None:
    added(settings, colours(tmp_path))
    (file,) = settings.own_networks.glob("*.onnx")
    file.write_bytes(mean_colour_network(weight(seed=2), side=SIDE))
    with pytest.raises(WeightsMismatchError, match=r"as published: sha256 .* remove it and bring the file again"):
        loaded(settings)
