"""Every defence of recog: the line that it is, what stands there without it, and the test that must turn red."""
# ruff: noqa: RUF001 - Turkish letters are among the lines

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sabotage:
    """A defence, the line that is it, what stands there without it, and the test that must turn red."""

    defence: str
    file: str
    line: str
    without: str
    test: str


SABOTAGES = (
    Sabotage(
        "an index file is on the disk before it gets its name",
        "recog/durable.py", "            os.fsync(descriptor)\n        f", "            pass\n        f",
        "tests/faults/test_crash.py -k before_it_gets_its_name",
    ),
    Sabotage(
        "the folder's entry is on the disk too",
        "recog/durable.py", "        sync_directory(path.parent)\n    except", "        pass\n    except",
        "tests/faults/test_crash.py -k before_it_gets_its_name",
    ),
    Sabotage(
        "an index that was deleted for who is forgotten does not come back with the power",
        "recog/index/files.py", "        sync_directory(home)\n", "",
        "tests/faults/test_power.py -k cut",
    ),
    Sabotage(
        "a copy that was deleted for who is forgotten does not come back with the power",
        "recog/store/maintenance/old_pages.py", "                sync_directory(backup.parent)", "                pass",
        "tests/faults/test_power.py -k cut",
    ),
    Sabotage(
        "what was acknowledged is there when the power was cut",
        "recog/store/connection/pool.py", '"synchronous=FULL"', '"synchronous=NORMAL"',
        "tests/faults/test_power.py -k cut",
    ),
    Sabotage(
        "an index is held against its digest",
        "recog/index/files.py", "!= manifest.sha256:", "== '':",
        "tests/index/test_files.py",
    ),
    Sabotage(
        "an index of another library is refused",
        "recog/index/files.py", "if manifest.library_id != library_id:", "if False:",
        "tests/library/maintenance/test_upkeep.py -k another_library",
    ),
    Sabotage(
        "who will write says so first",
        "recog/store/connection/pool.py", '"BEGIN IMMEDIATE" if writing else "BEGIN"', '"BEGIN"',
        "tests/store/test_faults.py -k before_it_reads",
    ),
    Sabotage(
        "files of another machine are never missing here",
        "recog/store/photos/files.py", "statement.where(volumes.are_here(files))", "statement",
        "tests/library/indexing/test_roots.py -k neither_missing",
    ),
    Sabotage(
        "no two workers get the same file, and none waits for another",
        "recog/store/jobs.py", ".limit(most).with_for_update(skip_locked=True)", ".limit(most)",
        "tests/store/test_jobs.py -k is_just_claiming",
    ),
    Sabotage(
        "a photo that two workers meet at once is stored once",
        "recog/store/connection/postgres_errors.py", '    "23505": _COLLISION,  # unique_violation\n', "",
        "tests/store/test_jobs.py -k at_the_same_time",
    ),
    Sabotage(
        "one writer at a time",
        "recog/store/writer_lock.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
        "tests/store/test_writer_lock.py",
    ),
    Sabotage(
        "old pages are overwritten when somebody is forgotten",
        "recog/store/maintenance/old_pages.py", 'connection.exec_driver_sql("VACUUM")', "pass",
        "tests/store/maintenance/test_erasure.py -k left_in_pages",
    ),
    Sabotage(
        "a server collects no statistics of vectors and names",
        "migrations/versions/0016_no_statistics.py", "SET STATISTICS 0", "SET STATISTICS -1",
        "tests/store/maintenance/test_erasure.py -k byte_of_a_forgotten_person_in_its_tables",
    ),
    Sabotage(
        "an upgrade deletes the statistics that a server has of vectors and names",
        "migrations/versions/0016_no_statistics.py",
        '        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {same_type}")\n', "",
        "tests/store/maintenance/test_erasure.py -k earlier_recog_let_postgres",
    ),
    Sabotage(
        "an upgrade finishes what a server's statistics kept of people who were forgotten before",
        "migrations/versions/0016_no_statistics.py", "    if connection.scalar(", "    if not connection.scalar(",
        "tests/store/maintenance/test_erasure.py -k earlier_recog_let_postgres",
    ),
    Sabotage(
        "old pages of a server's statistics are overwritten when somebody is forgotten",
        "recog/store/maintenance/old_pages.py", '_STATISTICS = "pg_statistic"', '_STATISTICS = "people"',
        "tests/store/maintenance/test_erasure.py -k earlier_recog_let_postgres",
    ),
    Sabotage(
        "an erasure that a reader holds up is pending, not done",
        "recog/store/maintenance/old_pages.py", "return _OPEN_ELSEWHERE if busy else None", "return None",
        "tests/store/maintenance/test_erasure.py -k pending_and_the_next",
    ),
    Sabotage(
        "an erasure that a transaction on the server holds up is pending, not done",
        "recog/store/maintenance/old_pages.py",
        "if not personal.deleted_rows + statistics.deleted_rows:", "if personal:",
        "tests/store/maintenance/test_erasure.py -k transaction_is_open_on_the_server",
    ),
    Sabotage(
        "an erasure that the server skips for want of ownership is pending, not done",
        "recog/store/maintenance/old_pages.py", "if personal.tables < len(_PERSONAL_TABLES):", "if False:",
        "tests/store/maintenance/test_erasure.py -k who_does_not_own",
    ),
    Sabotage(
        "a library whose erasure has no room is opened all the same",
        "recog/store/maintenance/old_pages.py", "        except LibraryDiskError:\n            return _NO_ROOM\n", "",
        "tests/store/maintenance/test_erasure.py -k full_disk",
    ),
    Sabotage(
        "an erasure that has no room does not fill the disk by trying",
        "recog/store/maintenance/old_pages.py", "if not self._has_room():", "if False:",
        "tests/faults/test_small_disk.py -k by_trying",
    ),
    Sabotage(
        "an erasure that is pending is said",
        "recog/cli/session.py", "if pending := library.context.pending_erasure:", "if pending := None:",
        "tests/cli/test_verbs.py -k not_overwritten",
    ),
    Sabotage(
        "an index is for its owner alone",
        "recog/durable.py", "FILE_MODE = 0o600", "FILE_MODE = 0o644",
        "tests/faults/test_reach.py -k umask",
    ),
    Sabotage(
        "an unfinished backup is deleted",
        "recog/store/schema/migrations.py", "copy.unlink(missing_ok=True)\n    with", "pass\n    with",
        "tests/library/maintenance/test_doctor.py -k unfinished_backup",
    ),
    Sabotage(
        "an empty root loses no photo",
        "recog/library/indexing/survey.py", "append(root)\n            continue", "append(root)",
        "tests/library/indexing/test_ingest.py -k unmounted",
    ),
    Sabotage(
        "a photo that was given up is not tried for ever",
        "recog/photos/reasons.py", "Reason.IO_ERROR}", "Reason.IO_ERROR, Reason.CRASHED, Reason.TIMEOUT}",
        "tests/library/indexing/test_decode_ahead.py -k given_up",
    ),
    Sabotage(
        "a crash is tried once more",
        "recog/photos/pool.py", "_TRIES = 2", "_TRIES = 1",
        "tests/photos/test_pool.py -k does_not_come_back",
    ),
    Sabotage(
        "a decoder has its time",
        "recog/photos/wire.py", "            connection.settimeout(left)\n", "",
        "tests/photos/test_pool.py -k not_done_in_time --timeout 30",
    ),
    Sabotage(
        "a decoder writes no file",
        "recog/photos/worker.py", "(resource.RLIMIT_FSIZE, 0), ", "",
        "tests/photos/test_pool.py -k writes_no_file",
    ),
    Sabotage(
        "a decoding process imports nothing from where recog was started",
        "recog/photos/decoder_process.py", 'sys.executable, "-P", "-B"', 'sys.executable, "-B"',
        "tests/photos/test_pool.py -k json_module",
    ),
    Sabotage(
        "the processes end with the run",
        "recog/library/indexing/decode_ahead.py", "        pool.close()  #", "        pass  #",
        "tests/library/indexing/test_decode_ahead.py -k stops_early",
    ),
    Sabotage(
        "a JPEG of which libjpeg complains is read as Pillow reads it",
        "recog/photos/turbo_jpeg.py", "min_width=width, strict=True", "min_width=width, strict=False",
        "tests/photos/test_reduced.py -k complains_of",
    ),
    Sabotage(
        "a photo that is turned is reduced only by whole squares of pixels",
        "recog/photos/decode.py", "and upright_turn(image) is not None:", "and False:",
        "tests/photos/test_reduced.py -k odd_sides",
    ),
    Sabotage(
        "a grey photo keeps its colour profile",
        "recog/photos/decode.py", ' and (image.mode != "L" or', ' and (image.mode != "L" and',
        "tests/photos/test_reduced.py -k grey_photo",
    ),
    Sabotage(
        "full pixels are of the bytes that were decoded",
        "recog/photos/worker.py", 'if source.sha256 != request["sha256"]:', "if False:",
        "tests/photos/test_pool.py -k bytes_that_were_decoded",
    ),
    Sabotage(
        "no more processes decode at once than there are cores for them",
        "recog/photos/pool.py", "        with self._places:\n", "        if True:\n",
        "tests/photos/test_pool.py -k no_more_processes",
    ),
    Sabotage(
        "a small face of a large photo is cut out of full pixels",
        "recog/library/close_up.py", "if min(box.width, box.height) < LARGE_ENOUGH]", "if False]",
        "tests/library/test_close_up.py -k small_one_by_full",
    ),
    Sabotage(
        "a crowd in a large photo takes no more memory than its photo",
        "recog/library/close_up.py", "if wanted <= reduced.width * reduced.height:", "if True:",
        "tests/library/test_close_up.py -k crowd",
    ),
    Sabotage(
        "a photo whose full pixels are gone costs itself alone",
        "recog/library/indexing/detect_ahead.py", "    except PhotoError as error:", "    except KeyError as error:",
        "tests/library/indexing/test_detect_ahead.py -k full_pixels_are_gone",
    ),
    Sabotage(
        "a copy of a photo whose full pixels are gone is searched itself",
        "recog/library/indexing/detect_ahead.py", "not isinstance(earlier.result(), PhotoError):", "True:",
        "tests/library/indexing/test_detect_ahead.py -k full_pixels_are_gone",
    ),
    Sabotage(
        "weights are held against their digest",
        "recog/weights/sources.py", "if digest != file.sha256:", "if False:",
        "tests/weights/test_pull.py -k 'another_digest or altered'",
    ),
    Sabotage(
        "a catalog whose restore was cut short is not opened",
        "recog/store/engine.py", "        refuse_half_restored(path)\n", "",
        "tests/library/maintenance/test_backup.py -k cut_short",
    ),
    Sabotage(
        "a catalog that another program has open is not replaced",
        "recog/store/maintenance/restore.py", "fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST", "fcntl.LOCK_NB, 1, 0",
        "tests/library/maintenance/test_backup.py -k another_program",
    ),
    Sabotage(
        "the journal of the catalog that was goes with it",
        "recog/store/maintenance/restore.py", "path.with_name(path.name + ending).unlink(missing_ok=True)", "pass",
        "tests/library/maintenance/test_backup.py -k journal",
    ),
    Sabotage(
        "the backup of a newer recog is refused",
        "recog/store/maintenance/restore.py", "if revision not in revisions():", "if False:",
        "tests/library/maintenance/test_backup.py -k no_sound_backup",
    ),
    Sabotage(
        "whoever looks for the writer refuses none",
        "recog/store/writer_lock.py", "_LOOK_TRIES = 5", "_LOOK_TRIES = 0",
        "tests/store/test_writer_lock.py -k looks",
    ),
    Sabotage(
        "a file that came meanwhile is not replaced",
        "recog/durable.py", "_take_free_name(temporary, path)\n        sync", "temporary.replace(path)\n        sync",
        "tests/test_durable.py -k meanwhile",
    ),
    Sabotage(
        "what SQLite left beside an unfinished copy is found",
        "recog/durable.py", "(?:-journal|-wal|-shm)?", "",
        "tests/test_durable.py -k killed_process",
    ),
    Sabotage(
        "a merge respects who a face is not",
        "recog/store/people/acts.py", "if row[0] not in refused", "if row",
        "tests/store/people/test_acts.py -k said_it_is_not",
    ),
    Sabotage(
        "a manifest of brackets within brackets is damaged",
        "recog/index/manifest.py", "except (ValueError, RecursionError):", "except ValueError:",
        "tests/faults/test_fuzz.py -k in_time",
    ),
    Sabotage(
        "a decoding process that dies before it is ready is started again",
        "recog/photos/pool.py", "range(_TRIES - 1)", "range(0)",
        "tests/photos/test_pool.py -k before_it_is_ready",
    ),
    Sabotage(
        "every bit of an index's manifest is held against a digest",
        "recog/index/manifest.py",
        "content.pop(_DIGEST, None) != content_digest(content):", "not content.pop(_DIGEST, None):",
        "tests/index/test_files.py -k flipped_bit",
    ),
    Sabotage(
        "an index of another network is refused",
        "recog/index/files.py", "if manifest.network_sha256 != network_sha256 or", "if",
        "tests/index/test_files.py -k refused_by_name",
    ),
    Sabotage(
        "an index of another format is not read",
        "recog/index/manifest.py", 'or content["format"] > FORMAT:', "or False:",
        "tests/index/test_files.py -k newer_recog",
    ),
    Sabotage(
        "the generation before is deleted: it may hold who is forgotten",
        "recog/index/files.py", "    sweep(directory, network_sha256=index.network_sha256)\n", "",
        "tests/index/test_files.py -k leaves_no_older_one",
    ),
    Sabotage(
        "forgetting deletes the published index",
        "recog/index/files.py", "            _delete(home / MANIFEST)\n", "            pass\n",
        "tests/index/test_files.py -k discard",
    ),
    Sabotage(
        "what was committed is on the disk",
        "recog/store/connection/pool.py", '"synchronous=FULL"', '"synchronous=OFF"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "deleted rows are overwritten at once",
        "recog/store/connection/pool.py", '"secure_delete=ON"', '"secure_delete=OFF"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "no copy of a face lands among temporary files",
        "recog/store/connection/pool.py", '"temp_store=MEMORY"', '"temp_store=FILE"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "rows do not outlive what they belong to",
        "recog/store/connection/pool.py", '"foreign_keys=ON"', '"foreign_keys=OFF"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "writers on a server take turns, so that ids come in order",
        "recog/store/connection/pool.py",
        'connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{shared}({WRITER_KEY})")',
        "pass",
        "tests/store/test_faults.py -k 'lock_on_the_server'",
    ),
    Sabotage(
        "the database of a newer recog is refused",
        "recog/store/schema/migrations.py", "if revision is not None and revision not in known:", "if False:",
        "tests/store/test_opening.py -k newer_recog",
    ),
    Sabotage(
        "an older database is copied before it is migrated",
        "recog/store/schema/migrations.py", "if revision is not None and database.path is not None:", "if False:",
        "tests/store/schema/test_migrations.py -k copied_before",
    ),
    Sabotage(
        "a migration is one transaction",
        "recog/store/schema/migrations.py",
        "_MIGRATING, database.writing() as connection:", "_MIGRATING, database.alone() as connection:",
        "tests/store/schema/test_migrations.py -k kill_during",
    ),
    Sabotage(
        "numbers of faces are never given again",
        "migrations/versions/0004_faces.py",
        '        sqlite_autoincrement=True,\n    )\n    op.create_index("ix_faces_photo_id"',
        '    )\n    op.create_index("ix_faces_photo_id"',
        "tests/store/photos/test_faces.py -k 'never_given_again and not postgres'",
    ),
    Sabotage(
        "the copies that recog made are erased with who is forgotten",
        "recog/store/maintenance/old_pages.py", "        self._delete_automatic_backups()\n", "",
        "tests/store/maintenance/test_erasure.py -k copy_that_a_migration",
    ),
    Sabotage(
        "whom a scan must not bring back is written down",
        "recog/store/maintenance/erasure.py", "            _exclude(connection, face_ids)\n", "",
        "tests/store/maintenance/test_erasure.py -k rescan",
    ),
    Sabotage(
        "an edited copy inherits who is forgotten",
        "recog/store/photos/saving.py", "    _exclude_forgotten(connection, plans.values())\n", "",
        "tests/store/maintenance/test_erasure.py -k edited_copy",
    ),
    Sabotage(
        "what was said of a face follows it to where an edit moved it",
        "recog/store/photos/pairing.py",
        "    pairs = _by_embedding(before, after, table)\n", "    pairs: list[_Pair] = []\n",
        "tests/store/photos/test_label_transfer.py -k 'crop_that_moves and sqlite'",
    ),
    Sabotage(
        "of one face twice in a photo each keeps its own place",
        "recog/store/photos/pairing.py",
        "        chosen = min(rivals", "        chosen = best if rivals else min(rivals",
        "tests/library/indexing/test_edited.py -k one_that_is_left",
    ),
    Sabotage(
        "somebody else at the same place takes no name",
        "recog/store/photos/pairing.py", "or table[pair] <= SAME_PLACE_DISTANCE", "or True",
        "tests/store/photos/test_label_transfer.py -k 'another_person and sqlite'",
    ),
    Sabotage(
        "an unnamed face that looks alike keeps a name from its twin",
        "recog/store/photos/label_transfer.py",
        "pair_faces(placed[old.photo_id], [",
        "pair_faces([one for one in placed[old.photo_id] if one.face.id in spoken], [",
        "tests/library/indexing/test_edited.py -k looks_alike",
    ),
    Sabotage(
        "rejected and ignored faces stay so when their photo is edited",
        "recog/store/photos/label_transfer.py", "    _carry_refusals(connection, pairs)\n", "",
        "tests/library/indexing/test_edited.py -k 'edit_of_its_photo and cropped'",
    ),
    Sabotage(
        "what was said is said of the new faces in the transaction that stores them",
        "recog/library/indexing/index_run.py",
        "            moved_from=self._edits.earlier(photos),",
        "            moved_from={},",
        "tests/library/indexing/test_killed.py -k a_kill_leaves",
    ),
    Sabotage(
        "enrolling an edited and moved photo loses no other word",
        "recog/library/people/enrolment.py", "MovedEdits(catalog, network.sha256).earlier(photos)", "{}",
        "tests/library/indexing/test_edited.py -k enrolling_an_edited_and_moved",
    ),
    Sabotage(
        "a copy takes no names from a photo that is still there",
        "recog/library/indexing/edited.py", "                if gone[best]:", "                if True:",
        "tests/library/indexing/test_edited.py -k second_copy",
    ),
    Sabotage(
        "every word that an edit loses is reported",
        "recog/store/photos/label_transfer.py",
        "    for face_id, person_id in rejected:\n", "    for face_id, person_id in ():\n",
        "tests/library/indexing/test_edited.py -k reported_with_its_kind",
    ),
    Sabotage(
        "who loses the cover is shown by another face",
        "recog/store/photos/removal.py", "        give_cover(connection, person_id)\n", "        pass\n",
        "tests/library/indexing/test_edited.py -k cover_is_lost",
    ),
    Sabotage(
        "two people whose names are equal only when folded stay two",
        "recog/store/people/names.py", '.replace("İ", "i").lower()', '.replace("İ", "i").casefold()',
        "tests/store/people/test_names.py -k 'two_people and sqlite'",
    ),
    Sabotage(
        "a capital of dotless i is not the one of i in a Turkish word",
        "recog/store/people/names.py", '(word.replace("I", "ı") if turkish else word)', "word",
        "tests/store/people/test_names.py -k 'two_people and sqlite'",
    ),
    Sabotage(
        "enrolling asks about a nearly equal name",
        "recog/library/people/enrolment.py",
        "    if not near and not catalog.people.is_known(name):\n", "    if False:\n",
        "tests/library/people/test_near_names.py -k enrolling",
    ),
    Sabotage(
        "a new person of a nearly equal name is asked about",
        "recog/library/people/enrolment.py", "        if not near:\n", "        if False:\n",
        "tests/library/people/test_near_names.py -k confirming",
    ),
    Sabotage(
        "renaming asks about a nearly equal name",
        "recog/library/people/verbs.py", "if not near and not catalog.people.is_known(new):", "if False:",
        "tests/library/people/test_near_names.py -k renaming",
    ),
    Sabotage(
        "importing lists a nearly equal name",
        "recog/library/exchange/importing.py", "_unfit(claim) or self._near(claim)", "_unfit(claim)",
        "tests/library/people/test_near_names.py -k importing",
    ),
    Sabotage(
        "a library of before gets the keys of today's names",
        "migrations/versions/0013_name_keys.py", "    _set_keys(_lowered)\n", "    pass\n",
        "tests/store/schema/test_migrations.py -k 'names_get and sqlite'",
    ),
    Sabotage(
        "two people of one key in a library of before are both found",
        "recog/store/people/people.py", "            return int(exact)\n", "            pass\n",
        "tests/store/schema/test_migrations.py -k 'names_get and sqlite'",
    ),
    Sabotage(
        "an erasure that was cut short is finished when the catalog is opened",
        "recog/store/engine.py", "        catalog.old_pages.overwrite()\n", "",
        "tests/store/maintenance/test_erasure.py -k kill_between",
    ),
    Sabotage(
        "a catalog that others may read is closed to them",
        "recog/store/engine.py", "            path.chmod(FILE_MODE)\n", "            pass\n",
        "tests/store/test_opening.py -k others_may_read",
    ),
    Sabotage(
        "bits that rotted in an embedding are seen",
        "recog/library/maintenance/upkeep.py", "~are_unit(rows.embeddings)", "[]",
        "tests/library/maintenance/test_upkeep.py -k rotted",
    ),
    Sabotage(
        "faces that a killed run left without names get them in the next run",
        "recog/store/people/matches.py",
        "row is not None and tuple(row) == (*_last_ids", "row is not None or (*_last_ids",
        "tests/library/recognition/test_naming.py -k ends_before",
    ),
    Sabotage(
        "an edit that changed neither size nor time is found on demand",
        "recog/library/indexing/survey.py", "if file is None or verify or stat", "if file is None or stat",
        "tests/library/indexing/test_ingest.py -k neither_size_nor_time",
    ),
    Sabotage(
        "a loop of links ends",
        "recog/photos/find.py", "if (status.st_dev, status.st_ino) in self.seen:", "if False:",
        "tests/photos/test_find.py -k loop --timeout 60",
    ),
    Sabotage(
        "a file that changes while it is read is not believed",
        "recog/photos/files.py", "        raise unreadable(path, Reason.CHANGED)", "        return",
        "tests/photos/test_read.py -k as_long_as_it_says",
    ),
    Sabotage(
        "a photo has a limit of pixels",
        "recog/photos/decode.py", "if width * height > max_pixels:", "if False:",
        "tests/photos/test_read.py -k limit_is_ours",
    ),
    Sabotage(
        "a decoder has its memory",
        "recog/photos/worker.py", "(resource.RLIMIT_AS, memory), ", "",
        "tests/photos/test_pool.py -k eats_memory --timeout 120",
    ),
    Sabotage(
        "a decoder that crashes leaves no copy of a photo",
        "recog/photos/worker.py", ", (resource.RLIMIT_CORE, 0)", "",
        "tests/photos/test_pool.py -k dumps_no_core",
    ),
    Sabotage(
        "a name cannot move the cursor",
        "recog/printable.py", "if unicodedata.category(char) not in _WRITTEN_OUT or char in _JOINERS:", "if True:",
        "tests/test_printable.py",
    ),
    Sabotage(
        "a name on a page is text",
        "recog/render/templating.py", "else printable(str(value))", "else Markup(value)",
        "tests/render/test_duplicates_page.py -k are_text",
    ),
    Sabotage(
        "a page fetches nothing",
        "recog/render/page.py", '"default-src \'none\'", ', "",
        "tests/render/test_duplicates_page.py -k policy_allows",
    ),
    Sabotage(
        "nothing in a file of weights is run",
        "recog/weights/convert.py", "weights_only=True)", "weights_only=False)",
        "tests/weights/test_convert.py -k nothing_of_them_runs",
    ),
    Sabotage(
        "weights in the cache are held against their digest",
        "recog/weights/pull.py", "if digest == _expected(wanted, path) else", "if True else",
        "tests/weights/test_pull.py -k changed_byte",
    ),
    Sabotage(
        "weights come over https alone",
        "recog/weights/sources.py", 'if not source.url.startswith("https://"):', "if False:",
        "tests/weights/test_release.py -k only_https",
    ),
    Sabotage(
        "an answer of a decoding process is not believed",
        "recog/photos/wire.py", "if length > _MOST_BYTES:", "if False:",
        "tests/photos/test_pool.py",
    ),
    Sabotage(
        "Ctrl-C while the command loads is no traceback",
        "recog/cli/start.py", "        signal.signal(signal.SIGINT, _leave)\n", "        pass\n",
        "tests/cli/test_start.py -k while_the_command_loads",
    ),
    Sabotage(
        "a copy of the catalog that a killed process left goes",
        "recog/store/schema/migrations.py", "        copy.unlink(missing_ok=True)\n", "        pass\n",
        "tests/store/test_opening.py -k killed_process_left",
    ),
    Sabotage(
        "an index is held against the catalog that it is of",
        "recog/index/files.py", "    if manifest.library_id != library_id:", "    if False:",
        "tests/faults/test_damage.py -k every_kind",
    ),
    Sabotage(
        "a catalog that is opened again keeps the locks of whoever has it open",
        "recog/store/engine.py", "        status = path.stat()\n",
        "        os.close(os.open(path, os.O_RDWR))\n        status = path.stat()\n",
        "tests/faults/test_beside.py",
    ),
    Sabotage(
        "no command opens the files of the catalog beside SQLite",
        "recog/store/engine.py",
        "            path.chmod(FILE_MODE)\n",
        "            os.close(os.open(path, os.O_RDWR))\n",
        "tests/store/connection/test_connections.py -k mode_of_an_open",
    ),
    Sabotage(
        "a catalog that this process has open is not restored",
        "recog/store/maintenance/restore.py", "            held.enter_context(exclusively(path))", "            pass",
        "tests/store/connection/test_connections.py -k is_not_restored",
    ),
    Sabotage(
        "the open catalog is read as no list of names",
        "recog/library/exchange/documents.py", "        refuse_held(path)\n", "",
        "tests/store/connection/test_connections.py -k named_as_a_photo",
    ),
    Sabotage(
        "the open catalog is read as no photo",
        "recog/photos/files.py", "        refuse_held(path)\n", "",
        "tests/store/connection/test_connections.py -k named_as_a_photo",
    ),
    Sabotage(
        "the open catalog is not replaced by a report",
        "recog/durable.py", "    refuse_held(path)\n", "",
        "tests/test_held_files.py -k neither_opened",
    ),
    Sabotage(
        "nothing is acknowledged if the catalog was replaced during the transaction",
        "recog/store/connection/database.py",
        "                yield connection\n            self._connections.refuse_replaced()\n",
        "                yield connection\n",
        "tests/store/connection/test_connections.py -k during_a_transaction",
    ),
    Sabotage(
        "nothing is written to a log that was deleted",
        "recog/store/connection/pool.py", "                self._refuse_lost_log(connection)", "                pass",
        "tests/store/connection/test_connections.py -k lost_its_place",
    ),
    Sabotage(
        "no lock is put into a folder that took the place of the open library",
        "recog/library/context.py", "if self._folder is not None and", "if False and",
        "tests/library/test_replaced.py",
    ),
    Sabotage(
        "a library's folder is no part of a URL",
        "recog/config.py", 'else self.library / "catalog.sqlite3"',
        """else f"sqlite:///{self.library / 'catalog.sqlite3'}\"""",
        "tests/cli/test_nasty_names.py -k every_verb",
    ),
    Sabotage(
        "a name with brackets is no pattern, so copies of such a catalog are forgotten",
        "recog/store/connection/backup.py",
        'path.parent.iterdir() if one.name.startswith(f"{path.name}{BACKUP_MARK}")',
        'path.parent.glob(f"{path.name}{BACKUP_MARK}*")',
        "tests/cli/test_nasty_names.py -k forgotten_with_its_copies",
    ),
    Sabotage(
        "options of a SQLite URL are refused, so nothing is restored into another file",
        "recog/store/connection/url.py", "    if question:\n", "    if False:\n",
        "tests/store/connection/test_url.py -k options_of_a_sqlite",
    ),
    Sabotage(
        "a backup goes to a file whose name is no UTF-8",
        "recog/store/connection/backup.py",
        '"VACUUM INTO CAST(? AS TEXT)", (os.fsencode(copy),)', '"VACUUM INTO ?", (str(copy),)',
        "tests/cli/test_nasty_names.py -k every_verb",
    ),
    Sabotage(
        "a catalog that may only be read is opened by a URL of its bytes",
        "recog/store/connection/read_only.py", "{quote(os.fsencode(self.path))}", "{self.path}",
        "tests/store/connection/test_read_only.py -k answers_and_is_left",
    ),
    Sabotage(
        "a password with a bare sign is refused before it is read as a host",
        "recog/store/connection/url.py", "    if _OPEN.search(user):\n", "    if False:\n",
        "tests/store/connection/test_url.py -k bare_sign",
    ),
    Sabotage(
        "the user and the password are not a part of what is shown of a URL",
        "recog/store/connection/url.py", "    text = public.difference", "    text = url.difference",
        "tests/store/connection/test_url.py -k cannot_be_reached",
    ),
    Sabotage(
        "a driver's words that repeat the password are left out",
        "recog/store/connection/translation.py",
        "return secrets.without(_first_line(error))", "return _first_line(error)",
        "tests/store/connection/test_url.py -k is_not_quoted",
    ),
    Sabotage(
        "a traceback holds no exception that repeats the password",
        "recog/store/connection/translation.py",
        '(None if secrets.are_in(f"{error} {error.orig}") else error)', "error",
        "tests/store/connection/test_url.py -k is_not_quoted",
    ),
    Sabotage(
        "the catalog remembers an erasure after it is finished",
        "recog/store/maintenance/erasure.py", "            log_erasure(connection)\n", "",
        "tests/library/test_shared_catalog.py -k outlives",
    ),
    Sabotage(
        "an index from before an erasure goes with the next verb of any kind",
        "recog/library/context.py", "        self._drop_outdated(catalog)\n", "",
        "tests/library/test_shared_catalog.py -k outlives",
    ),
    Sabotage(
        "a library that is open all the while looks for an erasure again",
        "recog/library/context.py", "if locked or version != self._looked_at:", "if locked or self._looked_at is None:",
        "tests/library/test_shared_catalog.py -k open_all_the_while",
    ),
    Sabotage(
        "an index of unknown age goes after an erasure",
        "recog/index/files.py", "return bool(_strays_in(home)) and erased_since(0, None)", "return False",
        "tests/library/test_shared_catalog.py -k nobody_can_tell",
    ),
    Sabotage(
        "an index goes for the folder's one writer alone",
        "recog/library/outdated.py", "nullcontext() if locked else WriterLock(folder, create=False)", "nullcontext()",
        "tests/library/test_shared_catalog.py -k another_process_writes",
    ),
    Sabotage(
        "a file does not get the number of a closed standard stream",
        "recog/cli/start.py", "    open_missing_streams()\n", "    pass\n",
        "tests/cli/test_closed_streams.py -k indexes",
    ),
    Sabotage(
        "the connection to a decoding process is none of its standard streams",
        "recog/photos/decoder_process.py", "connection.fileno() >= _FIRST_FREE:", "connection.fileno() >= 0:",
        "tests/photos/test_pool.py -k closed_standard_streams",
    ),
    Sabotage(
        "a statement_timeout of the server is not told as another program's lock",
        "recog/store/connection/postgres_errors.py", 'if state == "57014":', 'if state == "55P03":',
        "tests/store/connection/test_server_errors.py -k statement_timeout",
    ),
    Sabotage(
        "a server without a free connection is not told as one that cannot be reached",
        "recog/store/connection/postgres_errors.py", "any(words in said for words in _NO_MORE_CLIENTS)", "False",
        "tests/store/connection/test_server_errors.py -k without_a_free_connection",
    ),
    Sabotage(
        "programs that tests start do not inherit an ignored Ctrl-C",
        "tests/conftest.py", "signal.signal(one, lambda _number, _frame: None)", "pass",
        "tests/test_signals.py -k suite_runs_if",
    ),
    Sabotage(
        "the server ignores Ctrl-C in the background",
        "recog/web/server.py", "if sig != signal.SIGINT or self._interruptible:", "if True:",
        "tests/web/test_serve.py -k ignores_interrupts",
    ),
    Sabotage(
        "unreadable files that were seen are noted when a run is interrupted",
        "recog/library/indexing/index_run.py",
        "            except KeyboardInterrupt:\n                self._store_failures()\n",
        "            except KeyboardInterrupt:\n",
        "tests/library/indexing/test_unreadable.py -k ctrl_c",
    ),
    Sabotage(
        "unreadable files are noted at the end of a run",
        "recog/library/indexing/index_run.py", "        self._store_failures()\n        if not", "        if not",
        "tests/library/indexing/test_unreadable.py -k stop_no_photo",
    ),
    Sabotage(
        "a file that took long to refuse is noted at once",
        "recog/library/indexing/index_run.py", "            or failed.reason in SLOW_REASONS\n", "",
        "tests/library/indexing/test_unreadable.py -k took_long",
    ),
    Sabotage(
        "a umask takes no right from the owner of a file",
        "recog/durable.py", "        lacking = mode & stat.S_IRWXU & ~status.st_mode\n", "        lacking = 0\n",
        "tests/cli/test_umask.py -k whole_and_its_owner",
    ),
    Sabotage(
        "a umask takes no right from the owner of a folder",
        "recog/durable.py", "            path.chmod(DIRECTORY_MODE)\n", "",
        "tests/cli/test_umask.py -k private_folder",
    ),
    Sabotage(
        "too little memory is no unexpected error",
        "recog/cli/failures.py", "    if lacks_memory(error):\n", "    if False:\n",
        "tests/test_memory.py -k no_unexpected_error",
    ),
    Sabotage(
        "one long path does not pad the whole table",
        "recog/render/table.py", "if length <= WIDEST)", "if length)",
        "tests/render/test_table.py -k pads_no_other_row",
    ),
    Sabotage(
        "a command works under any umask",
        "recog/cli/start.py", "os.umask(os.umask(0) & ~_OWNER)", "os.umask(os.umask(0))",
        "tests/cli/test_umask.py -k whatever_library_writes",
    ),
    Sabotage(
        "a JPEG's rows are not taken from what is missing",
        "recog/photos/jpeg_rows.py", "rows = min(rows, _equal_rows(image, other))", "pass",
        "tests/photos/test_cut_short.py -k jpeg_cut_anywhere",
    ),
    Sabotage(
        "a JPEG that ends before a restart mark is not whole",
        "recog/photos/jpeg_rows.py", "noise + restart + noise", "noise",
        "tests/photos/test_cut_short.py -k jpeg_cut_anywhere",
    ),
    Sabotage(
        "zeros in the place of what is missing are no pixels",
        "recog/photos/cut_short.py", "        data = end_of_data(data)\n", "",
        "tests/photos/test_cut_short.py -k jpeg_cut_anywhere",
    ),
    Sabotage(
        "a JPEG whose last scans are missing is not whole",
        "recog/photos/jpeg_rows.py", "rows == image.height and scans.all_sent()", "rows == image.height",
        "tests/photos/test_cut_short.py -k never_sent",
    ),
    Sabotage(
        "less than half of a photo is refused",
        "recog/photos/cut_short.py", "LEAST_SHARE = 0.5", "LEAST_SHARE = 0.0",
        "tests/photos/test_cut_short.py -k less_than_half",
    ),
    Sabotage(
        "a photo that is incomplete is kept as such",
        "recog/store/photos/saving.py", '            "incomplete": scan.incomplete,\n', "",
        "tests/store/photos/test_saving.py -k ends_early",
    ),
    Sabotage(
        "a date is an instant where its offset is known",
        "recog/photos/dates/written.py", " or written_zone(offset))", ")",
        "tests/photos/test_dates.py -k with_an_offset",
    ),
    Sabotage(
        "a date that does not exist costs neither the photo nor the next source",
        "recog/photos/dates/written.py",
        "    except ValueError:\n        return None\n\n\ndef", "    except KeyError:\n        return None\n\n\ndef",
        "tests/photos/test_dates.py",
    ),
    Sabotage(
        "the packet in a photo cannot grow by its entities",
        "recog/photos/dates/packet.py", "forbid_dtd=True", "forbid_dtd=False, forbid_entities=False",
        "tests/photos/test_dates.py -k never_expands",
    ),
    Sabotage(
        "dates with a zone and without one are ordered together",
        "recog/library/people/photos_of.py", "photo.taken_at.replace(tzinfo=None)", "photo.taken_at",
        "tests/library/people/test_find.py -k without_a_zone",
    ),
    Sabotage(
        "a thumbnail that is a TIFF's first page is not the photo",
        "recog/photos/formats.py", "        data = with_full_page_first(data)\n", "",
        "tests/photos/test_first_page.py -k is_not_the_photo",
    ),
    Sabotage(
        "a photo behind its thumbnail is turned as its first page says",
        "recog/photos/decode.py", "    if add is not None:\n        add()\n", "",
        "tests/photos/test_first_page.py -k either_page_says",
    ),
    Sabotage(
        "a preview that the camera turned is not turned again",
        "recog/photos/raw.py", "1 if turned else turn", "turn",
        "tests/photos/test_extras.py -k not_turned_again",
    ),
    Sabotage(
        "the size of a JPEG XL is known before it is decoded",
        "recog/photos/decode.py", "        refuse_too_large(path, jxl_size(data), max_pixels)\n", "",
        "tests/photos/test_extras.py -k known_before",
    ),
    Sabotage(
        "EXIF does not turn a JPEG XL that its decoder turned",
        "recog/photos/jxl.py", "    image.getexif().pop(_ORIENTATION, None)\n", "",
        "tests/photos/test_extras.py -k decoder_alone",
    ),
    Sabotage(
        "pictures that are passed over are counted",
        "recog/photos/find.py", "                self.on_passed_over(path)\n", "                pass\n",
        "tests/photos/test_extras.py -k without_the_extras",
    ),
    Sabotage(
        "a lamp in a float picture makes no night of the rest",
        "recog/photos/colour.py", "low, high = _usual_span(values)", "low, high = _finite_span(values)",
        "tests/photos/test_colours.py -k lamp",
    ),
    Sabotage(
        "a rectangle of another program takes no face beside its own",
        "recog/library/exchange/pairing.py", "REACH = 0.35", "REACH = 0.7",
        "tests/library/exchange/test_pairing.py -k not_found_takes_no_neighbour",
    ),
    Sabotage(
        "the nearest rectangle has the face",
        "recog/library/exchange/pairing.py", "distance[rows, columns].round(6)", "columns",
        "tests/library/exchange/test_pairing.py -k nearer_centre_goes_first",
    ),
    Sabotage(
        "a name whose face another name took is told",
        "recog/library/exchange/importing.py", "elif not _same_name(", "elif False and not _same_name(",
        "tests/library/exchange/test_exchange.py -k two_names_for_one_face",
    ),
    Sabotage(
        "an earlier file of an import holds against a later one",
        "recog/library/exchange/importing.py", "        if earlier is not None:", "        if False:",
        "tests/library/exchange/test_embedded.py -k goes_before_what_its_photo_says",
    ),
    Sabotage(
        "regions that were drawn before a crop name nobody",
        "recog/library/exchange/frames.py", "    if min(upright_off, stored_off) > _SAME_SHAPE:", "    if False:",
        "tests/library/exchange/test_embedded.py -k another_shape",
    ),
    Sabotage(
        "regions are of the picture whose size they tell",
        "recog/library/exchange/frames.py", "(NORMAL,) if upright_off < stored_off else", "",
        "tests/library/exchange/test_embedded.py -k whose_size_they_tell",
    ),
    Sabotage(
        "a sidecar that may be of two photos names nobody",
        "recog/library/exchange/places.py", "== 1 or one_shot(names):", ">= 1:",
        "tests/library/exchange/test_places.py -k may_be_of_two_photos",
    ),
    Sabotage(
        "XMP of more than 64 kB is whole or not there",
        "recog/photos/metadata.py", "        if len(whole) == lengths[digest]:", "        if True:",
        "tests/photos/test_metadata.py -k put_together",
    ),
    Sabotage(
        "what a photo says of itself is read in a process of its own",
        "recog/library/exchange/sidecars.py", "decoders.metadata(path)\n        if isinstance(metadata, PhotoError)",
        "__import__('recog').photos.read_metadata(__import__('recog').photos.read_source(path))\n        if False",
        "tests/library/exchange/test_embedded.py -k process_of_its_own",
    ),
    Sabotage(
        "a name by distance takes no other program's place",
        "recog/library/exchange/merging.py", "    if not confirmed and any(", "    if False and any(",
        "tests/library/exchange/test_merging.py -k only_a_name_that_a_human_gave",
    ),
    Sabotage(
        "a sidecar that another program changed meanwhile is not written over",
        "recog/library/exchange/beside.py", "        if content(target) != before:", "        if False:",
        "tests/library/exchange/test_beside.py -k changes_meanwhile",
    ),
    Sabotage(
        "a sidecar keeps its mode",
        "recog/library/exchange/beside.py", "        os.fchmod(descriptor, status.st_mode & 0o7777)\n", "",
        "tests/library/exchange/test_beside.py -k keeps_its_mode",
    ),
    Sabotage(
        "a sidecar keeps its owner",
        "recog/library/exchange/beside.py", "        os.fchown(descriptor, status.st_uid, status.st_gid)\n", "",
        "tests/library/exchange/test_beside.py -k keeps_its_owner",
    ),
    Sabotage(
        "names go into no sidecar that may be another photo's",
        "recog/library/exchange/beside.py", "len(names) == 1 or (raw and one_shot(names))", "True",
        "tests/library/exchange/test_beside.py -k may_be_of_another_photo",
    ),
    Sabotage(
        "who is forgotten goes from the sidecars beside the photos at the next export",
        "recog/library/exchange/merging.py", "        if mark == found[0] or (own and not mark):", "        if False:",
        "tests/library/exchange/test_beside.py -k added_to_whatever_its_name",
    ),
    Sabotage(
        "halves of sidecars that a killed export left go",
        "recog/library/exchange/beside.py", "            one.unlink(missing_ok=True)\n", "            pass\n",
        "tests/library/exchange/test_beside.py -k killed_export_left",
    ),
    Sabotage(
        "browsers do not send the session to other ports of the host",
        "recog/web/guard.py", "Path={first};", "Path=/;",
        "tests/web/test_other_ports.py -k does_not_reach",
    ),
    Sabotage(
        "a session whose path is not known lets nobody in",
        "recog/web/guard.py", "if below_root and any(", "if any(",
        "tests/web/test_guard.py -k below_its_own_path_alone",
    ),
    Sabotage(
        "a cookie that a server on another port sets keeps nobody out",
        "recog/web/guard.py", "any(map(self._access.admits_session, self._sessions(headers)))",
        'self._access.admits_session(next(self._sessions(headers), ""))',
        "tests/web/test_guard.py -k another_port_sets",
    ),
    Sabotage(
        "silent connections are bounded",
        "recog/web/server.py", "while len(self.server_state.connections) >= self._most:", "while False:",
        "tests/web/test_crowd.py -k silent_for_longest",
    ),
    Sabotage(
        "a connection whose request was let in stays until it is answered",
        "recog/web/connections.py", " and not (self._is_known and self._answers)", "",
        "tests/web/test_crowd.py -k being_answered",
    ),
    Sabotage(
        "a connection whose request was not let in holds no place",
        "recog/web/connections.py", "self._is_known and self._answers)", "self._answers)",
        "tests/web/test_crowd.py -k hold_no_place",
    ),
    Sabotage(
        "a refusal that names a file whose name is no text is answered",
        "recog/web/failures.py", "    sentence = printable(sentence)\n", "",
        "tests/web/test_statuses.py -k changed_photo",
    ),
    Sabotage(
        "a full disk is not told as a conflict with another act",
        "recog/store/writer_lock.py", "if error.errno in _OF_THE_DISK:", "if False:",
        "tests/web/test_full_disk.py",
    ),
    Sabotage(
        "a damaged catalog is not told as a conflict with another act",
        "recog/web/failures.py", "    (CatalogUnusableError, 503),\n", "",
        "tests/web/test_statuses.py -k damaged",
    ),
    Sabotage(
        "what is no HTTP is refused in the documented form",
        "recog/web/connections.py", "    def send_400_response(", "    def send_another_response(",
        "tests/web/test_statuses.py -k no_http",
    ),
    Sabotage(
        "a whole number may be written with a point",
        "recog/web/acts.py", "isinstance(given, float) and given.is_integer()", "False",
        "tests/web/test_conformance.py -k written_with_a_point",
    ),
    Sabotage(
        "the schema says that a confirmation of nothing is refused",
        "recog/web/acts.py", "    model_config = ConfigDict(json_schema_extra=_FACES_OR_CLUSTER)\n", "",
        "tests/web/test_conformance.py -k confirmation_of_nothing",
    ),
    Sabotage(
        "programs that are not let in get no page",
        "recog/web/guard.py", ' and not scope["path"].startswith("/api/")', "",
        "tests/web/test_conformance.py -k not_let_in",
    ),
    Sabotage(
        "a face of which the detector is unsure gets no name by distance",
        "recog/library/recognition/matching.py", "if accepted is None or face_id in doubted:", "if accepted is None:",
        "tests/library/recognition/test_doubted.py -k gets_no_name",
    ),
    Sabotage(
        "a face of which the detector is unsure lends its name to no other",
        "recog/store/photos/embeddings.py", "                    faces.c.score >= SURE_SCORE,\n", "",
        "tests/library/recognition/test_doubted.py -k lends_it_to_no_other",
    ),
    Sabotage(
        "a face of which the detector is unsure lends its name to no other in a large library",
        "recog/store/people/snapshot.py", " & (faces.c.score >= SURE_SCORE)", "",
        "tests/library/recognition/test_doubted.py -k large_library",
    ),
    Sabotage(
        "names that an earlier recog gave to doubted faces go",
        "recog/library/recognition/gallery.py", ", score {SURE_SCORE}", "",
        "tests/library/recognition/test_doubted.py -k earlier_name",
    ),
    Sabotage(
        "a face of which the detector is unsure is not verified",
        "recog/library/recognition/verify.py", "if (doubt := doubt_of(box)) is not None:", "if doubt := None:",
        "tests/library/recognition/test_doubted.py -k verify_refuses",
    ),
    Sabotage(
        "a photo without a sure upright face is looked at in its other turns",
        "recog/library/any_turn.py", "    if turn == 0:\n        return boxes", "    return boxes",
        "tests/library/test_any_turn.py -k gets_its_name",
    ),
    Sabotage(
        "boxes of a turned photo are in its own pixels",
        "recog/library/any_turn.py",
        "[turned(box, (360 - turn) % 360, width * factor, height * factor) for box in found]",
        "[replace(box, turn=turn) for box in found]",
        "tests/library/test_any_turn.py -k gets_its_name",
    ),
    Sabotage(
        "a photo with a sure upright face is looked at once",
        "recog/library/any_turn.py", "best.score >= SETTLED:", "best.score > 1:",
        "tests/library/test_any_turn.py -k looked_at_once",
    ),
    Sabotage(
        "thumbnails of turned faces stand upright",
        "recog/crop.py", "    pixels, box = _standing(pixels, box)\n", "",
        "tests/library/test_any_turn.py -k stands_upright",
    ),
    Sabotage(
        "the turn of a face is kept",
        "recog/store/photos/face_rows.py", '        "turn": int(face.box.turn),', '        "turn": 0,',
        "tests/store/photos/test_saving.py -k turn_of_a_face",
    ),
    Sabotage(
        "photos in which an earlier recog was sure of no face are looked at again",
        "migrations/versions/0015_turned_faces.py", "    op.execute(", "    str(",
        "tests/store/schema/test_migrations.py -k looked_at_again",
    ),
    Sabotage(
        "a network's gallery holds its own embeddings alone",
        "recog/store/photos/embeddings.py",
        "embeddings.c.network_id == network_id,\n                    assign", "assign",
        "tests/store/test_model.py",
    ),
    Sabotage(
        "raw files are told by their directories when their metadata are read",
        "recog/photos/metadata.py", "photo_format(source.data)", "photo_format(source.data[:512])",
        "tests/photos/test_metadata.py -k wherever_its_directories_are",
    ),
    Sabotage(
        "a TIFF's turn and XMP are found in the thumbnail that is its first page",
        "recog/photos/orientation.py", "        first_page_says(image, source.data)()\n", "        pass\n",
        "tests/photos/test_metadata.py -k stand_in_its_thumbnail",
    ),
    Sabotage(
        "sidecars of raw files hold regions of the picture that import takes them for",
        "recog/library/exchange/exporting.py", "undecided(metadata)[0]", "metadata.orientation",
        "tests/library/exchange/test_raw_files.py -k turned_camera",
    ),
    Sabotage(
        "a forgotten part of a face in a photo on its side keeps the whole face out",
        "recog/store/photos/saving.py", "    return box.turn != 0 and", "    return False and",
        "tests/store/photos/test_saving.py -k stays_forgotten",
    ),
    Sabotage(
        "nothing is written to a catalog that was deleted or replaced",
        "recog/store/connection/pool.py", "_identity_now(self._path) != self._identity:", "False:",
        "tests/store/connection/test_connections.py -k lost_its_place",
    ),
    Sabotage(
        "a moved catalog is closed whole, also while one state of it is read",
        "recog/store/connection/database.py", "self._translating():  # no look", "self.translated():  # no look",
        "tests/store/connection/test_connections.py -k closed_whole",
    ),
    Sabotage(
        "a catalog is let go by the name by which it was held",
        "recog/store/connection/pool.py", "let_go(self._held)", "let_go(self._path.resolve())",
        "tests/store/connection/test_connections.py -k let_go_though",
    ),
    Sabotage(
        "a closed catalog is opened by its owner alone",
        "recog/store/connection/database.py",
        "            if self._closed:\n                raise C",
        "            if False:\n                raise C",
        "tests/store/connection/test_connections.py -k for_nobody",
    ),
    Sabotage(
        "a folder that nobody may enter is told in one sentence",
        "recog/store/connection/pool.py", "    except OSError as error:\n", "    except ZeroDivisionError as error:\n",
        "tests/store/connection/test_connections.py -k nobody_may_enter",
    ),
    Sabotage(
        "a folder that may not be looked into stops no question",
        "recog/library/outdated.py", "    except OSError as error:\n", "    except ZeroDivisionError as error:\n",
        "tests/library/test_shared_catalog.py -k stops_no_question",
    ),
    Sabotage(
        "an index of a later state than a restored catalog is deleted unread",
        "recog/store/maintenance/erasure.py", "return removal_id > latest or ", "return ",
        "tests/library/test_shared_catalog.py -k later_state",
    ),
    Sabotage(
        "too few descriptors are told in one sentence",
        "recog/cli/failures.py", "error.errno in OF_DESCRIPTORS", "False",
        "tests/cli/test_failures.py -k descriptors",
    ),
    Sabotage(
        "a file of another network is not taken for SFace's",
        "recog/weights/sface_file.py", "    _check_steps(model, path)\n", "",
        "tests/embed/test_sface.py -k another_network",
    ),
    Sabotage(
        "embeddings of faces that were cut otherwise are not compared",
        "recog/embed/network.py", "            if view != _DLIB_VIEW:", "            if False:",
        "tests/embed/test_network.py -k digest_of_two_trunks",
    ),
    Sabotage(
        "the thumbnail of a pruned photo goes with it",
        "recog/library/indexing/prune.py", "        context.drop_outdated_thumbnails()\n", "",
        "tests/library/test_thumbnails.py -k a_pruned_photo",
    ),
    Sabotage(
        "thumbnails that show who is forgotten are deleted",
        "recog/library/people/verbs.py", "            self._context.thumbnails.drop(", "            list(",
        "tests/library/test_thumbnails.py -k forgotten",
    ),
    Sabotage(
        "no thumbnail stays of a photo that is pruned while it is made",
        "recog/library/browsing/photos.py", "            thumbnails.drop([detail.photo.sha256])\n", "",
        "tests/library/test_thumbnails.py -k meanwhile",
    ),
    Sabotage(
        "a library's folder that vanished is not made anew for a thumbnail",
        "recog/library/thumbnails.py", "exist_ok=True)", "exist_ok=True, parents=True)",
        "tests/library/test_thumbnails.py -k vanished",
    ),
    Sabotage(
        "thumbnails are for their owner alone",
        "recog/library/thumbnails.py", "folder.mkdir(mode=DIRECTORY_MODE, ", "folder.mkdir(",
        "tests/library/test_thumbnails.py -k owner_alone",
    ),
    Sabotage(
        "a browser asks before it shows a photo again",
        "recog/web/pictures.py", '"private, no-cache"', '"private, max-age=3600"',
        "tests/web/test_pictures.py -k asks_before",
    ),
    Sabotage(
        "a page of an installed package does not hide behind one that answers first",
        "recog/web/app.py", "    _refuse_collisions(routers)\n", "",
        "tests/web/test_own_page.py -k refused",
    ),
    Sabotage(
        "what an installed package calls a page is one",
        "recog/web/pages/__init__.py", "if not isinstance(page, Page):", "if False:",
        "tests/web/test_own_page.py -k one_sentence",
    ),
    Sabotage(
        "a server collects no statistics of the vectors that it searches",
        "migrations/versions/0017_halfvec.py", "SET STATISTICS 0", "SET STATISTICS -1",
        "tests/library/recognition/test_server_index.py -k statistics",
    ),
    Sabotage(
        "a server collects no statistics of the vectors in its search index",
        "recog/store/photos/hnsw.py", "ALTER COLUMN 1 SET STATISTICS 0", "ALTER COLUMN 1 SET STATISTICS -1",
        "tests/library/recognition/test_server_index.py -k statistics",
    ),
    Sabotage(
        "an index file that an earlier recog left beside a catalog on a server is deleted",
        "recog/library/outdated.py", "_always if catalog.on_server else catalog.erasure", "catalog.erasure",
        "tests/library/test_shared_server.py -k earlier_recog_goes",
    ),
    Sabotage(
        "a search index whose build was cut short is not searched",
        "recog/library/recognition/server_index.py", "state is None or not state.valid else", "state is None else",
        "tests/library/recognition/test_server_index.py -k cut_short",
    ),
    Sabotage(
        "two clients do not build one search index at once",
        "recog/store/photos/hnsw.py",
        'if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({key})").scalar():', "if False:",
        "tests/library/recognition/test_server_index.py -k meets_another_one",
    ),
    Sabotage(
        "no search index is built while a lock keeps everybody from the tables of a forgotten person",
        "recog/store/maintenance/old_pages.py", "        drop_hnsw_indexes(connection)\n", "",
        "tests/library/recognition/test_server_index.py -k under_a_lock",
    ),
    Sabotage(
        "a server without pgvector is refused before anything is changed",
        "recog/store/schema/migrations.py",
        "            require_pgvector(connection, database.where)", "            pass",
        "tests/store/schema/test_pgvector.py",
    ),
    Sabotage(
        "a network's file is in its place before its description names it",
        "recog/library/maintenance/own_networks.py",
        "        durable.put(directory / description.file, content)\n        durable.put(path, text.encode())",
        "        durable.put(path, text.encode())\n        durable.put(directory / description.file, content)",
        "tests/faults/test_network_sweep.py",
    ),
    Sabotage(
        "a network that is replaced takes its files along",
        "recog/library/maintenance/own_networks.py",
        "        durable.put(path, text.encode())\n        _discard_unnamed(settings, name)\n",
        "        durable.put(path, text.encode())\n",
        "tests/library/maintenance/test_own_networks.py -k leaves_nothing_of_the_earlier",
    ),
    Sabotage(
        "a network that the settings use is not removed",
        "recog/library/maintenance/own_networks.py",
        "    if settings.network == name:\n",
        "    if False:\n",
        "tests/library/maintenance/test_own_networks.py -k in_use_or_unknown",
    ),
    Sabotage(
        "a name that is taken is refused",
        "recog/library/maintenance/own_networks.py",
        "if path.exists() and not replace:",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k taken_or_is_none",
    ),
    Sabotage(
        "a file without an end is not read",
        "recog/library/maintenance/own_networks.py",
        "if not stat.S_ISREG(status.st_mode):",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k no_file_or_too_large",
    ),
    Sabotage(
        "a file that no network can have is not read",
        "recog/library/maintenance/own_networks.py",
        "if status.st_size > LARGEST_FILE:",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k no_file_or_too_large",
    ),
    Sabotage(
        "a head of another network is not put on a network",
        "recog/embed/onnx.py",
        "if head.trunk_sha256 != self.features_sha256 or ",
        "if ",
        "tests/library/maintenance/test_own_networks.py -k head_of_another",
    ),
    Sabotage(
        "a network that embeds differently each time is refused",
        "recog/library/maintenance/network_check.py",
        "if paired_squared_distances(together, again).max() > _SAME:",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k 'leaves_nothing and random'",
    ),
    Sabotage(
        "a network that embeds differently beside others is refused",
        "recog/library/maintenance/network_check.py",
        "if paired_squared_distances(together, alone).max() > _SAME:",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k 'batch and normalisation'",
    ),
    Sabotage(
        "a network that embeds all alike is refused",
        "recog/library/maintenance/network_check.py",
        "< _OTHER:",
        "< -1:",
        "tests/library/maintenance/test_own_networks.py -k 'leaves_nothing and constant'",
    ),
    Sabotage(
        "one row for several faces is not taken for each of them",
        "recog/embed/onnx_embedder.py",
        "if rows.shape != (len(seen), one.dim):",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k 'one and row'",
    ),
    Sabotage(
        "an embedding that is too long for float32 is refused",
        "recog/distance.py",
        "(norms > 0) & (norms < np.inf)",
        "norms > 0",
        "tests/embed/test_onnx.py -k says_nothing",
    ),
    Sabotage(
        "constants that only a branch of a network reads are kept",
        "recog/weights/onnx_file.py",
        "        yield from (name for inner in graph.node for name in _read(inner))\n",
        "",
        "tests/weights/test_onnx_file.py -k only_branches_read",
    ),
    Sabotage(
        "weights of an operator in another file are refused",
        "recog/weights/onnx_file.py",
        ", *_tensors(nodes))):",
        ",)):",
        "tests/weights/test_onnx_file.py -k operator_or_a_branch",
    ),
    Sabotage(
        "zeros that do not fit their blocks are refused",
        "recog/weights/onnx_file.py",
        'zip(("scales", "zeros"), inputs[1:], strict=False)',
        'zip(("scales",), inputs[1:], strict=False)',
        "tests/weights/test_onnx_file.py -k zeros_that_do_not_fit",
    ),
    Sabotage(
        "an input that is no floats is refused",
        "recog/embed/onnx_embedder.py",
        "if kind not in (openvino.Type.f32, openvino.Type.f16):",
        "if False:",
        "tests/library/maintenance/test_own_networks.py -k 'bytes and in'",
    ),
    Sabotage(
        "a chip that a view cannot hold is refused before a face comes",
        "recog/embed/description.py",
        "    _check_size(description, TEMPLATES.get(description.alignment), path)\n",
        "",
        "tests/embed/test_onnx.py -k does_not_fit",
    ),
    Sabotage(
        "a window that leaves the photo shows its border repeated",
        "recog/detect/windows.py", "region(pixels, first, above,", "region(pixels, max(0, first), max(0, above),",
        "tests/detect/test_windows.py -k border_repeated",
    ),
    Sabotage(
        "a huge photo is reduced before it is resampled",
        "recog/detect/windows.py", "near = reduced(pixels, factor) if factor > 1 else ", "near = ",
        "tests/detect/test_mtcnn.py -k panorama",
    ),
    Sabotage(
        "photos of many sizes take bounded memory",
        "recog/detect/yunet_openvino.py", ", prepared=_PREPARED", "",
        "tests/detect/test_yunet.py -k many_sizes",
    ),
    Sabotage(
        "a photo with small faces is searched in a larger copy too",
        "recog/detect/yunet.py", "if min(long, wanted) > _FIRST_SIDE and ", "if min(0, wanted) > _FIRST_SIDE and ",
        "tests/detect/test_yunet.py -k larger_copy",
    ),
    Sabotage(
        "a face is one box, also if both copies show it",
        "recog/detect/yunet.py",
        "return boxes[single], scores[single], landmarks[single]",
        "return boxes, scores, landmarks",
        "tests/detect/test_yunet.py -k in_both_copies",
    ),
)  # fmt: skip
