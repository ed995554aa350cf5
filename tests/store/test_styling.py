"""Style jobs: planned once, moved from state to state, dropped with the people they show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from recog.errors import CatalogError
from recog.store.schema.tables import style_jobs, style_shares
from recog.store.styling import CostPoint, JobState, NewStyleJob, StyleJob, StyleShare

if TYPE_CHECKING:
    from collections.abc import Callable

    from recog.store.catalog import Catalog
    from recog.store.connection.database import Database
    from tests.store.conftest import Scans

CURVE = (CostPoint(1, 1, 30.5, 10.0, 20.0, 0.5), CostPoint(2, 2, 3.25, 1.0, 2.0, 0.25))


def job(number: int, *, photo: str = "0a" * 32, style: str = "0b" * 32) -> NewStyleJob:
    return NewStyleJob(
        digest=f"{number:064x}",
        photo_sha256=photo,
        photo_path=Path(f"/photos/{number}.jpg"),
        styles=(StyleShare(style, Path("/styles/\udcffwaves.jpg"), 1.0),),
        settings_digest="e" * 64,
        settings={"size": 64, "style_layers": [["relu1_1", 1.0]]},
        network="vgg16-hed",
        network_sha256="f" * 64,
        output_path=Path(f"/out/{number}.png"),
    )


def note(catalog: Catalog, number: int, message: str = "") -> bool:
    return catalog.styles.note(number, output_sha256="ab" * 32, costs=CURVE, seconds=1.5, message=message)


def test_jobs_come_back_as_they_were_planned(catalog: Catalog, open_again: Callable[[], Catalog]) -> None:
    planned = catalog.styles.plan([job(2), job(1)])
    assert [one.what for one in planned] == [job(2), job(1)]
    assert {(one.state, one.output_sha256, one.costs, one.seconds, one.message, one.made_at) for one in planned} == {
        (JobState.PLANNED, None, (), None, "", None)
    }
    assert open_again().styles.jobs() == planned


def test_a_job_of_several_styles_names_each_with_its_share_and_goes_with_its_shares(
    catalog: Catalog, database: Database, open_again: Callable[[], Catalog]
) -> None:
    styles = tuple(StyleShare(f"{n:02x}" * 32, Path(f"/styles/{n}.jpg"), share) for n, share in ((3, 0.7), (1, 0.3)))
    blended = replace(job(1), styles=styles)
    (planned, alone) = catalog.styles.plan([blended, job(2)])
    assert (planned.what, alone.what) == (blended, job(2))
    assert catalog.styles.job(planned.id) == planned
    assert open_again().styles.jobs() == [planned, alone]
    catalog.styles.clear(tuple(JobState))
    with database.reading() as connection:
        assert connection.execute(select(style_shares)).all() == []


def test_a_picture_at_the_same_place_is_planned_once(catalog: Catalog) -> None:
    (first,) = catalog.styles.plan([job(1)])
    catalog.styles.begin(first.id)
    again = catalog.styles.plan([job(2), job(1)])
    assert [one.state for one in again] == [JobState.PLANNED, JobState.RUNNING]
    assert again[1].id == first.id
    assert len(catalog.styles.jobs()) == 2


def test_a_picture_is_begun_noted_and_done(catalog: Catalog) -> None:
    (planned,) = catalog.styles.plan([job(1)])
    assert catalog.styles.begin(planned.id)
    assert note(catalog, planned.id, "scaled \udcff\0 down")
    running = catalog.styles.job(planned.id)
    assert (running.state, running.made_at) == (JobState.RUNNING, None)
    assert (running.output_sha256, running.costs, running.seconds) == ("ab" * 32, CURVE, 1.5)
    assert catalog.styles.finish(planned.id)
    done = catalog.styles.job(planned.id)
    assert done == replace(running, state=JobState.DONE, made_at=done.made_at)
    assert done.made_at is not None
    assert done.message.startswith("scaled ")


def test_a_picture_that_is_begun_again_has_nothing_of_the_last_try(catalog: Catalog) -> None:
    (planned,) = catalog.styles.plan([job(1)])
    catalog.styles.begin(planned.id)
    note(catalog, planned.id)
    catalog.styles.fail(planned.id, "no space left")
    failed = catalog.styles.job(planned.id)
    assert (failed.state, failed.message) == (JobState.FAILED, "no space left")
    catalog.styles.begin(planned.id)
    assert catalog.styles.job(planned.id) == replace(planned, state=JobState.RUNNING)
    catalog.styles.replan(planned.id)
    assert catalog.styles.job(planned.id) == planned


def test_jobs_are_listed_and_cleared_by_state(catalog: Catalog) -> None:
    one, two, three = catalog.styles.plan([job(1), job(2), job(3)])
    catalog.styles.finish(one.id)
    catalog.styles.fail(two.id, "damaged")

    def ids(jobs: list[StyleJob]) -> list[int]:
        return [each.id for each in jobs]

    assert ids(catalog.styles.jobs([JobState.FAILED, JobState.PLANNED])) == [two.id, three.id]
    assert catalog.styles.clear([JobState.FAILED]) == 1
    assert ids(catalog.styles.jobs()) == [one.id, three.id]
    assert catalog.styles.clear(tuple(JobState)) == 2
    assert catalog.styles.jobs() == []


def test_an_unknown_job_is_a_sentence_and_a_job_that_is_gone_is_not_written(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="no style job 7"):
        catalog.styles.job(7)
    assert not any((catalog.styles.begin(7), note(catalog, 7), catalog.styles.finish(7), catalog.styles.replan(7)))
    assert not catalog.styles.fail(7, "why")


def test_a_state_beyond_the_list_is_refused_by_the_database(catalog: Catalog, database: Database) -> None:
    (planned,) = catalog.styles.plan([job(1)])
    with pytest.raises(CatalogError), database.writing() as connection:
        connection.execute(style_jobs.update().where(style_jobs.c.id == planned.id).values(state="half"))


def test_forgetting_a_person_drops_the_jobs_of_their_photos_and_names_the_pictures(
    catalog: Catalog, scans: Scans
) -> None:
    with_ann, with_both, with_bob = (
        scans.photo("1.jpg", "A", scans.face(10)),
        scans.photo("2.jpg", "B", scans.face(10), scans.face(60)),
        scans.photo("3.jpg", "C", scans.face(10)),
    )
    saved = scans.save(catalog, with_ann, with_both, with_bob)
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.confirm([saved[0].face_ids[0], saved[1].face_ids[0]], ann.id)
    catalog.acts.confirm([saved[1].face_ids[1], saved[2].face_ids[0]], bob.id)
    catalog.styles.plan(
        [
            job(1, photo=with_ann.sha256),
            job(2, photo=with_both.sha256),
            job(3, photo=with_bob.sha256),
            job(4, photo=with_bob.sha256, style=with_ann.sha256),
            job(5),
            replace(job(6), styles=(*job(6).styles, StyleShare(with_ann.sha256, Path("/ann.jpg"), 0.1))),
        ]
    )
    forgotten = catalog.erasure.forget(ann.id)
    assert [path.name for path in forgotten.styled] == ["1.png", "2.png", "4.png", "6.png"]
    assert [each.what.output_path.name for each in catalog.styles.jobs()] == ["3.png", "5.png"]
