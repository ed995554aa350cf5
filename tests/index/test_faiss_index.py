"""FaceIndex against plain loops."""

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, get_args

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recog.distance import unit_rows
from recog.errors import ConfigError
from recog.index.device import choose_device
from recog.index.faiss_index import FaceIndex
from recog.index.rows import FEW, Rows, Slots
from recog.index.shortlist import LENGTH, NEAREST, Sample, Shortlist, reaches, recall_of
from recog.index.structures import EXACT, FLAT_LIMIT, Kind, kind_for
from recog.types import Embeddings, FaceIds, Neighbour

NETWORK = "ab" * 32
DIM = 16
KINDS = get_args(Kind)
Make = Callable[[Kind, FaceIds, Embeddings], FaceIndex]


def visiting(rows: Rows, shortlist: Shortlist, nprobe: int) -> FaceIndex:
    """An index that visits so many lists."""
    shortlist.nprobe = nprobe
    return FaceIndex(rows, shortlist, network_sha256=NETWORK, dim=DIM, recall=EXACT, device="cpu")


def slow_search(ids: FaceIds, embeddings: Embeddings, probe: Embeddings, k: int) -> list[Neighbour]:
    """All distances, one by one, sorted by (distance, id)."""
    near = [
        (round(float(((row.astype(float) - probe.astype(float)) ** 2).sum()), 6), int(face_id))
        for face_id, row in zip(ids, embeddings, strict=True)
    ]
    return [Neighbour(face_id, squared) for squared, face_id in sorted(near)[:k]]


def assert_same(found: Sequence[Neighbour], slow: Sequence[Neighbour]) -> None:
    assert [near.face_id for near in found] == [near.face_id for near in slow]
    np.testing.assert_allclose(
        [near.squared_distance for near in found], [near.squared_distance for near in slow], atol=1e-5
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 7, 41, 45, 300, 5000])
def test_search_is_all_distances_sorted_by_distance_then_face_id(
    kind: Kind, k: int, make_index: Make, face_ids: FaceIds, embeddings: Embeddings
) -> None:
    index = make_index("flat", face_ids, embeddings)
    if kind == "ivf":
        rows = Rows.of(deque([(face_ids, embeddings)]), dim=DIM)
        shortlist, _ = Shortlist.built(rows)
        index = visiting(rows, shortlist, shortlist.nlist)
    probes = np.concatenate(
        [embeddings[:5], unit_rows(np.random.default_rng(1).normal(size=(30, DIM)).astype(np.float32))]
    )
    for answers in (index.search(probes, k), [index.search(probe[np.newaxis], k)[0] for probe in probes]):
        for found, probe in zip(answers, probes, strict=True):
            assert_same(found, slow_search(face_ids, embeddings, probe, k))


def test_an_ivf_search_answers_with_k_faces_even_where_the_lists_it_visits_hold_fewer(
    make_index: Make, face_ids: FaceIds, embeddings: Embeddings
) -> None:
    rows = Rows.of(deque([(face_ids, embeddings)]), dim=DIM)
    index = visiting(rows, Shortlist.built(rows)[0], 1)
    for answer in index.search(embeddings[:20], 90):
        assert len({near.face_id for near in answer}) == 90


@pytest.mark.parametrize("nprobe", [1, 7, 40])
def test_a_probe_alone_gets_the_shortlist_that_it_gets_among_others(nprobe: int) -> None:
    """It comes there by another way, with FAISS' lists chosen here."""
    random = np.random.default_rng(11)
    embeddings = unit_rows(random.normal(size=(4_000, DIM)).astype(np.float32))
    shortlist, _ = Shortlist.built(Rows.of(deque([(np.arange(4_000), embeddings)]), dim=DIM))
    shortlist.nprobe = nprobe
    probes = unit_rows(random.normal(size=(20, DIM)).astype(np.float32))
    together = shortlist.slots(probes)
    assert (together == -1).any() == (nprobe < 40), "few lists hold fewer than a shortlist"
    for probe, expected in zip(probes, together, strict=True):
        (alone,) = shortlist.slots(probe[np.newaxis])
        assert len(set(alone.tolist()) ^ set(expected.tolist())) <= 4, "but for codes equally far at the end"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_sequence_of_adds_and_removes_leaves_what_a_dictionary_would_hold(kind: Kind, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    vectors = unit_rows(rng.normal(size=(60, 4)).astype(np.float32))
    index = FaceIndex.empty(NETWORK, 4, device="cpu")
    held: dict[int, Embeddings] = {}
    if kind == "ivf":
        index = ivf_of_thirty(vectors)
        held = dict(enumerate(vectors[:30]))
    for _ in range(data.draw(st.integers(1, 12))):
        ids = np.array(data.draw(st.lists(st.integers(0, 59), unique=True, max_size=8)), np.int64)
        if data.draw(st.booleans()):
            new = np.array([face_id for face_id in ids if int(face_id) not in held], np.int64)
            index.add(new, vectors[new])
            held.update({int(face_id): vectors[face_id] for face_id in new})
        else:
            assert index.remove(ids) == sum(int(face_id) in held for face_id in ids)
            held = {face_id: row for face_id, row in held.items() if face_id not in ids}
        assert index.count == len(held)
        assert index.ids().tolist() == sorted(held)
        found = index.search(vectors[:1], 100)[0]
        assert sorted(near.face_id for near in found) == sorted(held)
    rows = {int(face_id): row for ids, part in index.batches() for face_id, row in zip(ids, part, strict=True)}
    assert rows.keys() == held.keys()
    assert all(np.array_equal(rows[face_id], held[face_id]) for face_id in held)


def ivf_of_thirty(vectors: Embeddings) -> FaceIndex:
    return FaceIndex.build([(np.arange(30), vectors[:30])], network_sha256=NETWORK, dim=4, device="cpu", kind="ivf")


@pytest.mark.parametrize("kind", KINDS)
def test_a_removed_face_is_never_found_again(
    kind: Kind, make_index: Make, face_ids: FaceIds, embeddings: Embeddings
) -> None:
    index = make_index(kind, face_ids, embeddings)
    gone = face_ids[:50]
    assert index.remove(np.concatenate([gone, [999_999]])) == 50
    assert index.remove(gone) == 0
    found = {near.face_id for answer in index.search(embeddings, 300) for near in answer}
    assert found == set(face_ids[50:].tolist())


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_index_and_no_probes_give_empty_answers(
    kind: Kind, make_index: Make, face_ids: FaceIds, embeddings: Embeddings
) -> None:
    index = make_index(kind, face_ids, embeddings)
    assert index.search(embeddings[:0], 3) == []
    index.remove(face_ids)
    assert [len(answer) for answer in index.search(embeddings[:2], 3)] == [0, 0]
    assert index.count == 0
    assert index.ids().size == 0


def test_an_index_built_of_nothing_is_empty_and_can_be_added_to(embeddings: Embeddings, face_ids: FaceIds) -> None:
    index = FaceIndex.build([(face_ids[:0], embeddings[:0])], network_sha256=NETWORK, dim=DIM)
    assert (index.count, index.kind, index.recall) == (0, "flat", EXACT)
    index.add(face_ids, embeddings)
    assert index.count == 300


BAD_ROWS: list[tuple[str, FaceIds, Embeddings]] = [
    ("length one", np.array([5]), np.full((1, DIM), np.nan, np.float32)),
    ("length one", np.array([5]), np.zeros((1, DIM), np.float32)),
    ("length one", np.array([5]), np.full((1, DIM), 0.2525, np.float32)),
    ("float32", np.array([5]), np.full((1, DIM), 0.25, np.float64)),
    ("shape", np.array([5]), np.full((1, DIM + 1), 0.25, np.float32)),
    ("shape", np.array([5]), np.full(DIM, 0.25, np.float32)),
    ("shape", np.array([5, 6]), np.full((1, DIM), 0.25, np.float32)),
    ("int64", np.array([5], np.int32), np.full((1, DIM), 0.25, np.float32)),
    ("not negative", np.array([-1]), np.full((1, DIM), 0.25, np.float32)),
    ("twice", np.array([5, 5]), np.full((2, DIM), 0.25, np.float32)),
    ("already", np.array([5, 1007]), np.full((2, DIM), 0.25, np.float32)),
]


@pytest.mark.parametrize("bad", BAD_ROWS, ids=lambda bad: bad[0])
def test_what_faiss_would_take_and_answer_wrongly_is_refused_and_nothing_is_added(
    bad: tuple[str, FaceIds, Embeddings], make_index: Make, face_ids: FaceIds, embeddings: Embeddings
) -> None:
    word, ids, rows = bad
    index = make_index("flat", face_ids, embeddings)
    with pytest.raises(ValueError, match=word):
        index.add(ids, rows)
    assert index.count == 300
    if word in {"length one", "float32"} or rows.shape[1:] != (DIM,):
        with pytest.raises(ValueError, match=word):
            index.search(rows, 3)


def test_k_below_one_is_refused(make_index: Make, face_ids: FaceIds, embeddings: Embeddings) -> None:
    with pytest.raises(ValueError, match="k is at least 1"):
        make_index("flat", face_ids, embeddings).search(embeddings, 0)


def test_a_face_in_two_batches_of_a_build_is_refused(embeddings: Embeddings) -> None:
    batch = (np.arange(3), embeddings[:3])
    with pytest.raises(ValueError, match="face 0 is there twice"):
        FaceIndex.build([batch, batch], network_sha256=NETWORK, dim=DIM)


def test_squared_distances_stay_within_0_and_4() -> None:
    poles = np.array([[1.0004, 0], [-1.0004, 0], [1, 0]], np.float32)
    index = FaceIndex.build([(np.arange(3), poles)], network_sha256=NETWORK, dim=2)
    squared = [near.squared_distance for answer in index.search(poles, 3) for near in answer]
    assert min(squared) == 0.0
    assert max(squared) == 4.0


def test_the_structure_changes_by_itself_at_the_limit_and_recall_is_what_it_says() -> None:
    """Built flat at the limit, outgrown one face later, and then rebuilt as IVF whose recall holds for new probes."""
    rng = np.random.default_rng(5)
    people = rng.normal(size=(5_000, 8))
    noise = 0.3 * rng.normal(size=(FLAT_LIMIT + 1, 8))
    vectors = unit_rows((people[rng.integers(0, 5_000, FLAT_LIMIT + 1)] + noise).astype(np.float32))
    ids = np.arange(FLAT_LIMIT + 1)
    index = FaceIndex.build(
        [(ids[start : start + 10_000], vectors[start : start + 10_000]) for start in range(0, FLAT_LIMIT, 10_000)],
        network_sha256=NETWORK,
        dim=8,
    )
    assert (index.kind, index.outgrown, index.nprobe, index.nlist) == ("flat", False, None, None)
    index.add(ids[-1:], vectors[-1:])
    assert index.outgrown

    grown = index.rebuilt()
    assert (grown.kind, grown.outgrown, grown.count) == ("ivf", False, FLAT_LIMIT + 1)
    assert reaches(grown.recall)
    assert grown.nprobe is not None
    assert grown.nlist is not None
    assert 1 <= grown.nprobe < grown.nlist / 4, "a search that visits a quarter of the faces saves nothing"
    probes = unit_rows((people[:500] + 0.3 * rng.normal(size=(500, 8))).astype(np.float32))
    exact = [answer[0].squared_distance for answer in index.search(probes, 1)]
    approximate = [answer[0].squared_distance for answer in grown.search(probes, 1)]
    assert np.isclose(exact, approximate, atol=1e-5).mean() >= 0.975


def test_an_ivf_index_that_outgrew_its_lists_says_so(make_index: Make, embeddings: Embeddings) -> None:
    index = make_index("ivf", np.arange(50), embeddings[:50])
    assert not index.outgrown
    index.add(np.arange(50, 300), embeddings[50:])
    assert index.outgrown


@pytest.mark.parametrize(("count", "kind"), [(0, "flat"), (FLAT_LIMIT, "flat"), (FLAT_LIMIT + 1, "ivf")])
def test_the_number_of_faces_chooses_the_structure(count: int, kind: Kind) -> None:
    assert kind_for(count) == kind


def test_few_faces_are_searched_as_faiss_searches_them() -> None:
    random = np.random.default_rng(3)
    vectors = unit_rows(random.standard_normal((FEW, DIM)).astype(np.float32))
    rows = Rows(np.arange(FEW), vectors)
    rows.drop(np.arange(0, FEW, 7))
    probe = unit_rows(random.standard_normal((1, DIM)).astype(np.float32))
    squared, slots = rows.nearest(probe, 40)
    expected, places = faiss.knn(probe, rows.vectors, 40)
    np.testing.assert_array_equal(slots, places)
    np.testing.assert_allclose(squared, expected, atol=1e-6)
    some = np.arange(100, 300)
    squared, slots = rows.nearest(probe, 5, some)
    expected, places = faiss.knn(probe, rows.vectors[some], 5)
    np.testing.assert_array_equal(slots, some[places])


def test_few_faces_are_searched_without_loading_faiss() -> None:
    code = (
        "import sys, numpy as np\n"
        "from recog.index.faiss_index import FaceIndex\n"
        "eye = np.eye(8, dtype=np.float32)\n"
        "index = FaceIndex.build([(np.arange(8), eye)], network_sha256='ab' * 32, dim=8, device='cpu', kind='flat')\n"
        "print(index.search(eye[2:3], 1)[0][0].face_id, 'faiss' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2 False\n"


def test_an_ivf_index_of_copies_of_one_face_answers_by_face_id(make_index: Make) -> None:
    """10,000 copies of one photo: every distance is a tie."""
    copies = np.repeat(unit_rows(np.ones((1, DIM), np.float32)), 2_000, axis=0)
    for kind in KINDS:
        index = make_index(kind, np.arange(2_000)[::-1].copy(), copies)
        assert [near.face_id for near in index.search(copies[:1], 20)[0]] == list(range(20))


@pytest.mark.parametrize(
    ("wanted", "gpus", "device"), [("auto", 0, "cpu"), ("auto", 2, "cuda"), ("cpu", 1, "cpu"), ("cuda", 1, "cuda")]
)
def test_a_gpu_searches_where_there_is_one_and_it_is_wanted(wanted: str, gpus: int, device: str) -> None:
    assert choose_device(wanted, gpus=gpus) == device


def test_a_gpu_that_is_not_there_is_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigError, match="faiss-gpu"):
        choose_device("cuda", gpus=0)
    with pytest.raises(ConfigError, match="auto, cpu, cuda"):
        choose_device("tpu", gpus=1)


def test_a_recall_counts_each_missed_neighbour_once() -> None:
    exact = np.array([[0.0, 0.1, 0.2, 0.3, 0.4, 0.5]], np.float32)
    without_the_first = np.array([[0.0, 0.2, 0.3, 0.4, 0.5, 0.6]], np.float32)
    found = recall_of(without_the_first, exact)
    assert found.at_1 == 0.0
    assert found.at_10 == pytest.approx(4 / 5)
    assert recall_of(exact, exact) == EXACT


def test_a_recall_of_a_single_other_is_of_that_one() -> None:
    exact = np.array([[0.0, 0.1]], np.float32)
    assert recall_of(np.array([[0.0, 0.2]], np.float32), exact).at_1 == 0.0
    assert recall_of(exact[:, :1], exact[:, :1]) == EXACT, "of no other there is nothing to miss"


def test_recall_is_measured_on_ten_faces_besides_the_probe(face_ids: FaceIds, embeddings: Embeddings) -> None:
    """A list that lacks the tenth of the others, and holds all before it, has missed one of ten."""
    rows = Rows.of(deque([(face_ids[:260], embeddings[:260])]), dim=DIM)

    class WithoutTheTenth(Shortlist):
        def __init__(self) -> None:
            pass

        def slots(self, probes: Embeddings) -> Slots:
            order = np.argsort(-probes @ embeddings[:260].T, axis=1, kind="stable")
            return np.delete(order, NEAREST, axis=1)[:, :LENGTH]

    assert Sample(rows).recall(WithoutTheTenth()).at_10 == pytest.approx(1 - 1 / NEAREST)


def test_the_lists_code_as_many_components_as_hold_the_variance() -> None:
    """In steps of 16: of 40 directions with equal variance 38 hold 95 %."""
    filled = 40
    embeddings = np.zeros((2_000, 64), np.float32)
    embeddings[:, :filled] = np.random.default_rng(4).normal(size=(len(embeddings), filled))
    shortlist, _ = Shortlist.built(Rows.of(deque([(np.arange(2_000), unit_rows(embeddings))]), dim=64))
    owner = faiss.deserialize_index(np.frombuffer(shortlist.to_bytes(), np.uint8))  # what comes of it is not a copy
    index: Any = faiss.downcast_index(owner)
    assert faiss.downcast_VectorTransform(index.chain.at(0)).d_out == 48


@pytest.mark.parametrize("kind", KINDS)
def test_ties_at_the_last_place_go_to_the_smallest_id_however_many_there_are(kind: Kind, make_index: Make) -> None:
    """One face is nearest, and 200 copies of another come next: more than are looked at in one go."""
    near, far = unit_rows(np.eye(2, DIM, dtype=np.float32) + 0.1)
    ids = np.random.default_rng(5).permutation(201) + 1
    index = make_index(kind, ids, np.stack([near, *[far] * 200]))
    for k in (2, 3):
        found = [one.face_id for one in index.search(near[np.newaxis], k)[0]]
        assert found == [ids[0], *sorted(ids[1:])[: k - 1]]
