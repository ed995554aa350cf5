"""A catalog on a server of its own: roles, health, dumps, a replica, restarts, cut networks and passwords."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from recog.config import Settings, read_settings
from recog.errors import CatalogError, CatalogUnusableError, ConfigError, NoFaceFoundError, SchemaOutdatedError, WayOut
from recog.library.maintenance.doctor import examine
from recog.library.maintenance.results import DoctorReport, Observation
from recog.library.maintenance.server_checks import MUCH_DEAD, dead_rows_of, extension_of
from recog.render.text_server import granted
from recog.render.ways_out import with_way_out
from recog.store.maintenance.server_state import DeadRows
from recog.store.photos.hnsw import HnswState, Measured
from recog.store.replica import open_replica
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.place import Place
from tests.cli.conftest import verbs_on
from tests.encrypted_server import encrypted, made_certificate
from tests.own_server import Network, OwnServer, caught_up, own_server, replica_of
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint
from tests.web.client import TOKEN, Client

pytestmark = pytest.mark.postgres
ROSE = (231, 97, 113)
PLACE = Place("127.0.0.1", 8765)
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_server() as started:
        yield started


@pytest.fixture(scope="module")
def replica(server: OwnServer) -> Iterator[OwnServer]:
    with replica_of(server) as started:
        yield started


@pytest.fixture
def network(server: OwnServer) -> Iterator[Network]:
    with closing(Network(server)) as made:
        yield made


class World:
    """A library whose catalog is a database of the server; Ada (rose) and Ben (green) are in it, and a red face."""

    def __init__(self, server: OwnServer, home: Path) -> None:
        self.name = f"world_{next(_NUMBERS)}"
        self.server = server
        self.home = home
        server.execute(f"CREATE DATABASE {self.name}")
        self.ada = paint(home / "photos" / "ada.png", ROSE)
        self.red = paint(home / "photos" / "red.png", RED)
        with self.open() as library:
            library.index([self.ada.parent])
            library.people.enrol("Ada", [self.ada])
            library.people.enrol("Ben", [paint(home / "photos" / "ben.png", GREEN)])

    def open(
        self,
        *,
        url: str | None = None,
        user: str = "postgres",
        read: str | None = None,
        unknown_days: int | None = None,
    ) -> PaintedLibrary:
        return PaintedLibrary(self.settings(url=url, user=user, read=read, unknown_days=unknown_days))

    def settings(
        self,
        *,
        url: str | None = None,
        user: str = "postgres",
        read: str | None = None,
        unknown_days: int | None = None,
    ) -> Settings:
        database = url or self.server.url(self.name, user=user)
        home = self.home / "library"
        return read_settings(library=home, database=database, database_read=read, unknown_days=unknown_days)

    def role(self, name: str) -> str:
        """Make a role of this world."""
        made = f"{self.name}_{name}"
        self.server.execute(f"CREATE ROLE {made} LOGIN")
        return made


@pytest.fixture
def world(server: OwnServer, tmp_path: Path) -> World:
    return World(server, tmp_path)


def answers(library: PaintedLibrary, photo: Path) -> tuple[list[tuple[int, float]], str | None, list[Path]]:
    """What search, identify and find say of a photo and of Ada."""
    (asked,) = library.search(photo, k=9).faces
    (face,) = library.identify(photo).faces
    found = library.people.find_by_query(["Ada"])
    near = [(one.face.id, one.squared_distance) for one in asked.found]
    return near, face.person.name if face.person else None, [one.paths[0] for one in found.photos]


def refused(act: Callable[[], object]) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        act()
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_reader_asks_and_may_not_write(world: World) -> None:
    reader = world.role("reader")
    with world.open() as owner:
        expected = answers(owner, world.ada)
        assert owner.maintenance.grants(readers=[reader], apply=True).applied
    with world.open(user=reader) as library:
        assert answers(library, world.ada) == expected
        assert library.status().people == 2
        new = paint(world.home / "new" / "blue.png", BLUE).parent
        for act in (
            lambda: library.people.enrol("Cleo", [world.red]),
            lambda: library.people.forget("Ada"),
            lambda: library.index([new]),
            lambda: library.queue.fill([new]),
            library.people.match_all,
            library.groups.cluster,
        ):
            error = refused(act)
            assert "lacks a right (permission denied for " in str(error)
            assert error.way_out is WayOut.GRANT
            assert "'recog server grants' prints" in with_way_out(error)
    with world.open() as owner:
        assert answers(owner, world.ada) == expected
        assert owner.status().photos == 3


def test_an_indexer_indexes_and_works_and_may_not_name_or_forget(world: World) -> None:
    indexer = world.role("indexer")
    with world.open() as owner:
        owner.maintenance.grants(indexers=[indexer], apply=True)
        before = owner.people.all()
    photos = world.home / "photos"
    with world.open(user=indexer) as library:
        paint(photos / "ada again.png", ROSE, noise=3)
        assert library.index([photos]).added == 1
        paint(photos / "red.png", BLUE, noise=4)  # its face goes, with the embedding
        (photos / "ben.png").rename(photos / "benjamin.png")
        report = library.index([photos])
        assert (report.changed, report.moved) == (1, 1)
        paint(photos / "queued.png", GREEN, noise=5)
        library.queue.fill([photos])
        assert library.queue.work(lease=60).failed == 0
        assert [face.person.name for face in library.identify(photos / "queued.png").faces if face.person] == ["Ben"]
        for act in (
            lambda: library.people.forget("Ada"),
            lambda: library.people.enrol("Cleo", [photos / "red.png"]),
            lambda: library.people.confirm("Ben", [1]),
            lambda: library.people.rename("Ada", "Eve"),
        ):
            assert "lacks a right (permission denied for table " in str(refused(act))
    with world.open() as owner:
        assert [one.name for one in owner.people.all()] == [one.name for one in before]
        assert owner.status().photos == 5
        assert owner.maintenance.check().ok


def test_the_printed_sql_is_run_by_psql_and_gives_the_tables_to_an_owner(world: World) -> None:
    owner, reader = world.role("owner"), world.role("public")
    with world.open() as library:
        printed = granted(library.maintenance.grants(owner=owner, readers=[reader]))
    with pytest.raises(CatalogUnusableError, match="lacks a right"), world.open(user=reader) as asking:
        asking.status()
    world.server.tool("psql", "-v", "ON_ERROR_STOP=1", world.name, said=printed)
    with world.open(user=reader) as asking:
        assert asking.status().photos == 3
    with world.open(user=owner) as library:
        assert rights_of(library) == "this user owns the tables"
        assert library.people.forget("Ada").complete


def test_the_verb_prints_the_sql_or_runs_it(world: World) -> None:
    recog, reader = verbs_on(world.home / "library"), world.role("asking")
    options = ("--database", world.server.url(world.name))
    printed = recog("server", "grants", "--reader", reader, *options)
    lines = printed.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("BEGIN;", "COMMIT;")
    assert f'GRANT SELECT ON "public"."faces" TO "{reader}";' in lines
    document = json.loads(recog("server", "grants", "--reader", reader, "--json", *options).stdout)
    assert (document["applied"], len(document["statements"])) == (False, len(lines) - 2)
    assert recog("server", "grants", "--reader", reader, "--apply", *options).stdout.startswith("Granted: ")
    none = recog("server", "grants", *options)
    assert (none.exit_code, "no role was named: give --owner, --indexer or --reader" in none.stderr) == (1, True)
    doctor = recog("doctor", "--database", world.server.url(world.name, user=reader))
    assert "this user may only read" in doctor.stdout


def test_a_role_that_does_not_exist_changes_nothing(world: World) -> None:
    reader = world.role("reader")
    with world.open() as library:
        error = refused(lambda: library.maintenance.grants(readers=[reader, 'no "such" role'], apply=True))
        assert 'role "no ""such"" role" does not exist' in str(error) or 'no "such" role' in str(error)
        assert "createuser" in str(error)
    with pytest.raises(CatalogUnusableError), world.open(user=reader) as asking:
        asking.status()


def test_a_file_has_no_roles(tmp_path: Path) -> None:
    with PaintedLibrary(read_settings(library=tmp_path / "library")) as library:
        library.index([paint(tmp_path / "photos" / "red.png", RED).parent])
        assert "SQLite file, which has no roles" in str(refused(lambda: library.maintenance.grants(readers=["one"])))


def test_an_indexer_sees_no_account(world: World) -> None:
    indexer, reader = world.role("indexer"), world.role("reader")
    with world.open() as owner:
        owner.maintenance.grants(indexers=[indexer], readers=[reader], apply=True)
    rights = "SELECT has_table_privilege('{}', 'accounts', '{}')"
    for role, right, expected in (
        (indexer, "SELECT", False),
        (indexer, "INSERT", False),
        (reader, "SELECT", True),
        (reader, "UPDATE", False),
    ):
        assert world.server.execute(rights.format(role, right), database=world.name) == [(expected,)]


def test_faces_that_are_too_old_wait_for_the_owner(world: World, caplog: pytest.LogCaptureFixture) -> None:
    indexer, photos = world.role("indexer"), world.home / "photos"
    paint(photos / "stranger.png", BLUE)
    with world.open() as owner:
        owner.index([photos])
        owner.maintenance.grants(indexers=[indexer], apply=True)
        faces = owner.status().faces
    world.server.execute("UPDATE sightings SET at = '2001-01-01T00:00:00+00:00'", database=world.name)
    with world.open(user=indexer, unknown_days=30) as library:
        paint(photos / "another.png", GREEN, noise=3)
        assert library.index([photos]).added == 1
    (told,) = caplog.messages
    assert told == (
        "1 faces without a name are older than 30 days (unknown_days), but this user of the database may not erase: "
        "let the owner of the tables index, or expire them"
    )
    embedded = "SELECT count(*) FROM embeddings"
    assert world.server.execute(embedded, database=world.name) == [(faces + 1,)]
    with world.open(unknown_days=30) as owner:
        owner.index([photos])
        assert owner.people.history(limit=1).acts[0].kind == "expire"
    assert world.server.execute(embedded, database=world.name) == [(faces,)]
    assert len(caplog.messages) == 1


def rights_of(library: PaintedLibrary) -> str:
    return seen(examine(library.context.settings, library.networks), "rights").sentence


def seen(report: DoctorReport, subject: str) -> Observation:
    (found,) = [one for one in report.observations if one.subject == subject]
    return found


def test_the_doctor_looks_at_the_server(world: World, replica: OwnServer) -> None:
    caught_up(replica, world.server)
    with world.open(read=replica.url(world.name)) as library:
        report = examine(library.context.settings, library.networks)
        assert seen(report, "server").sentence.startswith("PostgreSQL ")
        assert seen(report, "extension").sentence.startswith("pgvector 0.")
        assert seen(report, "rights").sentence == "this user owns the tables"
        assert seen(report, "dead rows").sentence.endswith("which is usual")
        assert "streaming" in seen(report, "replica").sentence
        assert seen(report, "database_read").sentence.startswith("the replica answers, ")
        assert not [one for one in report.observations if one.subject == "index size"]
    with world.open(read=world.server.url(world.name)) as library:
        told = seen(examine(library.context.settings, library.networks), "database_read")
        assert told.ok
        assert "is no replica" in told.sentence


def test_the_doctor_tells_of_an_index_that_is_larger_than_it_should_be(world: World) -> None:
    with world.open() as library:
        catalog, info = library.context.catalog, library.networks.info
        assert catalog.hnsw.build(info.sha256, count=3)
        report = examine(library.context.settings, library.networks)
        assert seen(report, "index size").ok
        assert "for 3 faces, expected 0.0 MB" in seen(report, "index size").sentence


def test_an_extension_that_is_gone_or_old_is_told_with_the_way_out(world: World) -> None:
    gone, old, behind = extension_of(None, "0.8.2"), extension_of("0.7.4", "0.8.2"), extension_of("0.8.0", "0.8.10")
    assert (gone.ok, old.ok, behind.ok) == (False, False, True)
    assert gone.remedy is not None
    assert "CREATE EXTENSION vector" in gone.remedy.text
    assert old.remedy is not None
    assert "ALTER EXTENSION vector UPDATE" in old.remedy.text
    assert behind.sentence == "pgvector 0.8.0; the server has 0.8.10"
    assert extension_of("0.8.2", "0.8.2").remedy is None
    world.server.execute("DROP EXTENSION vector CASCADE", database=world.name)
    with world.open() as library:
        told = seen(examine(library.context.settings, library.networks), "extension")
        assert not told.ok
        assert "gone from the database" in told.sentence


def test_dead_rows_are_told_from_a_share_on() -> None:
    few, much = DeadRows("faces", 1_000_000, 10_001), DeadRows("embeddings", 100_000, round(MUCH_DEAD * 100_000) + 1)
    assert dead_rows_of([few]).sentence == "10,001, which is usual"
    told = dead_rows_of([much, few])
    assert told.sentence == "20,001 beside 100,000 rows of embeddings, and 0 more such tables"
    assert told.remedy is not None


def test_a_newer_schema_is_told_in_one_sentence(world: World) -> None:
    world.server.execute("UPDATE alembic_version SET version_num = '9999'", database=world.name)
    with world.open() as library:
        assert isinstance(refused(library.status), SchemaOutdatedError)
        told = seen(examine(library.context.settings, library.networks), "library")
        assert not told.ok
        assert "has schema 9999, and this recog knows up to" in told.sentence
        assert "update recog" in told.sentence


def test_a_dump_that_is_restored_answers_as_before(world: World, tmp_path: Path) -> None:
    with world.open() as library:
        catalog, info = library.context.catalog, library.networks.info
        assert catalog.hnsw.build(info.sha256, count=3)
        catalog.hnsw.describe(info.sha256, Measured(80, 1.0, 1.0, 3))
        expected = answers(library, world.ada)
        world.server.tool("createdb", f"{world.name}_back")
        dump = world.server.tool("pg_dump", world.name)
    world.server.tool("psql", "-q", "-v", "ON_ERROR_STOP=1", f"{world.name}_back", said=dump)
    with world.open(url=world.server.url(f"{world.name}_back")) as restored:
        assert answers(restored, world.ada) == expected
        assert restored.maintenance.check().ok
        assert restored.context.catalog.hnsw.state(info.sha256) == HnswState(True, Measured(80, 1.0, 1.0, 3))
        photos = paint(tmp_path / "more" / "blue.png", BLUE).parent
        assert restored.index([photos]).added == 1  # new rows get numbers of their own
        assert restored.people.forget("Ada").complete


def test_a_replica_answers_and_nothing_is_written_there(world: World, replica: OwnServer) -> None:
    caught_up(replica, world.server)
    with world.open() as library:
        expected = answers(library, world.ada)
    before = questions_to(replica, world.name)
    with world.open(read=replica.url(world.name)) as library:
        assert answers(library, world.ada) == expected
        assert library.people.enrol("Cleo", [world.red]).created
    assert questions_to(replica, world.name) > before
    with world.open() as library, open_replica(world.server.url(world.name), of=library.context.catalog) as other:
        error = refused(lambda: other.people.add("Dan"))
        assert "may only be read" in str(error)


def questions_to(server: OwnServer, database: str) -> int:
    """Return how many transactions a server's database has finished."""
    server.execute("SELECT pg_stat_force_next_flush()", database=database)
    rows = server.execute("SELECT datname, xact_commit FROM pg_stat_database")
    return int(dict(rows)[database])


def test_who_is_forgotten_is_answered_from_no_replica_that_lags(world: World, replica: OwnServer) -> None:
    with world.open(read=replica.url(world.name)) as one, world.open(read=replica.url(world.name)) as other:
        caught_up(replica, world.server)
        near, name, _ = answers(other, world.ada)
        assert (near[0][1], name) == (0.0, "Ada")
        replica.execute("SELECT pg_wal_replay_pause()")
        try:
            one.people.enrol("Cleo", [world.red])
            assert name_of(other, world.red) == "Ada"  # the nearest person whom the paused replica knows
            assert len(other.people.find("Cleo").photos) == 1  # that the replica knows nobody of the name is no answer
            assert one.people.forget("Ada").complete
            assert ("Ada",) in replica.execute("SELECT name FROM people", database=world.name)
            for client in (one, other):
                (asked,) = client.search(world.ada, k=9).faces
                assert min(found.squared_distance for found in asked.found) > 0.0
                (face,) = client.identify(world.ada).faces
                assert face.nearest_person is None or face.nearest_person.name != "Ada"
                with pytest.raises(CatalogError, match="nobody is called 'Ada'") as caught:
                    client.people.find("Ada")
                assert "Ada" not in getattr(caught.value, "alike", ())
            assert name_of(other, world.red) == "Cleo"  # the primary is asked from now on
        finally:
            replica.execute("SELECT pg_wal_replay_resume()")
        caught_up(replica, world.server)
        assert name_of(other, world.red) == "Cleo"


def name_of(library: PaintedLibrary, photo: Path) -> str | None:
    (face,) = library.identify(photo).faces
    return face.person.name if face.person else None


def test_a_replica_that_is_away_is_told_with_the_way_out(world: World) -> None:
    with world.open(read="postgresql://nobody@127.0.0.1:9/none") as library:
        error = refused(lambda: library.search(world.ada))
        assert "cannot be reached" in str(error)
        assert error.way_out is WayOut.WITHOUT_REPLICA
        assert "leave RECOG_DATABASE_READ out" in with_way_out(error)
        assert not seen(examine(library.context.settings, library.networks), "database_read").ok
        assert library.status().people == 2  # asks the primary server alone


def test_a_setting_that_names_no_replica_is_refused(world: World, tmp_path: Path) -> None:
    other = World(world.server, tmp_path / "other")
    in_file = PaintedLibrary(read_settings(library=tmp_path / "file", database_read=world.server.url(world.name)))
    in_file.index([world.ada.parent])
    for opened, said in (
        (world.open(read=world.server.url(other.name)), "holds another library"),
        (world.open(read=f"sqlite:///{tmp_path}/some.sqlite3"), "a SQLite catalog has none"),
        (in_file, "a SQLite catalog has none"),
    ):
        with opened as library, pytest.raises(ConfigError, match=said):
            library.search(world.ada)


def test_a_question_without_a_face_is_one_with_a_replica_too(world: World, replica: OwnServer) -> None:
    caught_up(replica, world.server)
    nobody = paint(world.home / "nobody.png", None)
    with world.open(read=replica.url(world.name)) as library, pytest.raises(NoFaceFoundError):
        library.search(nobody)


def test_a_server_that_was_restarted_between_two_questions_is_not_noticed(world: World) -> None:
    with (
        world.open() as library,
        ServedLibrary(world.open()) as served,
        Client(create_app(served, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):
        before = answers(library, world.ada), client.get("/api/people").json
        world.server.restart()
        assert (answers(library, world.ada), client.get("/api/people").json) == before
        world.server.stop()
        assert "cannot be reached" in str(refused(lambda: library.search(world.ada)))
        assert client.get("/api/people").status >= 400
        world.server.start()
        assert (answers(library, world.ada), client.get("/api/people").json) == before
        library.people.enrol("Cleo", [world.red])


def test_a_network_that_is_gone_costs_a_sentence_and_nothing_that_was_stored(world: World, network: Network) -> None:
    photos = world.home / "many"
    for number in range(40):
        paint(photos / f"{number}.png", (RED, GREEN, BLUE)[number % 3], noise=number + 10)
    with world.open(url=network.url(world.name)) as library:
        error = refused(lambda: library.index([photos], progress=lambda step: network.cut() if step.done > 3 else None))
        assert isinstance(error, CatalogUnusableError)
        assert "cannot be reached" in str(error)
        assert "cannot be reached" in str(refused(library.status))
        network.mend()
        stored = library.status().photos
        report = library.index([photos])
        assert (report.failed, stored + report.added) == ((), 43)
        assert library.maintenance.check().ok


def test_a_password_comes_from_a_file_and_tls_can_be_demanded(
    world: World, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, secret = world.role("guarded"), "s3cret: of@pgpass"
    world.server.execute(f"ALTER ROLE {user} PASSWORD '{secret}'")
    with world.open() as library:
        library.maintenance.grants(readers=[user], apply=True)
    rules = world.server.folder / "pg_hba.conf"
    rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")
    world.server.execute("SELECT pg_reload_conf()")
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:{network.port}:{world.name}:{user}:{secret.replace(':', chr(92) + ':')}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "absent"))
    with world.open(url=network.url(world.name, user=user)) as library:
        assert "cannot be reached (" in str(refused(library.status))
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    with world.open(url=network.url(world.name, user=user)) as library:
        assert library.status().people == 2
    # This server was built without TLS, so the client must refuse it.
    for mode in ("require", "verify-full"):
        with world.open(url=network.url(world.name, user=user, more=f"?sslmode={mode}")) as library:
            error = refused(library.status)
            assert "SSL" in str(error) or "certificate" in str(error)
            assert secret not in str(error)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl: no certificate was made")
def test_a_catalog_is_used_over_tls_with_the_server_that_is_meant_alone(world: World, tmp_path: Path) -> None:
    """The server of the tests has no TLS: what stands before it answers as one that has."""
    for name in ("own", "other"):
        (tmp_path / name).mkdir()
    own, other = (made_certificate(tmp_path / name, "IP:127.0.0.1") for name in ("own", "other"))
    named = f"postgresql://postgres@db.example:{{}}/{world.name}?hostaddr=127.0.0.1&sslmode={{}}&sslrootcert={{}}"
    with world.open() as library:
        expected = answers(library, world.ada)
    with encrypted(world.server, own) as front:
        meant = f"postgresql://postgres@127.0.0.1:{front.port}/{world.name}?sslmode=verify-full&sslrootcert="
        with world.open(url=f"{meant}{own.chain}") as library:
            assert answers(library, world.ada) == expected
            library.people.enrol("Cleo", [world.red])
            used = front.encrypted
            assert used > 0
        with world.open(url=f"{meant}{other.chain}") as library:
            assert "certificate verify failed" in str(refused(library.status))
        with world.open(url=named.format(front.port, "verify-full", own.chain)) as library:
            assert "does not match host name" in str(refused(library.status))
        with world.open(url=named.format(front.port, "verify-ca", own.chain)) as library:
            assert library.status().people == 3
        with world.open(url=named.format(front.port, "disable", own.chain)) as library:
            refused(library.status)
        assert front.encrypted > used
