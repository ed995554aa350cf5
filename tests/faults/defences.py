"""Every defence of recog: the line that it is, what stands there without it, and the test that must turn red."""

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
        "recog/store/erasure.py", "                sync_directory(backup.parent)", "                pass",
        "tests/faults/test_power.py -k cut",
    ),
    Sabotage(
        "what was acknowledged is there when the power was cut",
        "recog/store/connections.py", '"synchronous=FULL"', '"synchronous=NORMAL"',
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
        "tests/library/test_upkeep.py -k another_library",
    ),
    Sabotage(
        "who will write says so first",
        "recog/store/connections.py", '"BEGIN IMMEDIATE" if writing else "BEGIN"', '"BEGIN"',
        "tests/store/test_faults.py -k before_it_reads",
    ),
    Sabotage(
        "one writer at a time",
        "recog/store/lock.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
        "tests/store/test_lock.py",
    ),
    Sabotage(
        "old pages are overwritten when somebody is forgotten",
        "recog/store/erasure.py", 'connection.exec_driver_sql("VACUUM")', "pass",
        "tests/store/test_erasure.py -k left_in_pages",
    ),
    Sabotage(
        "an erasure that a reader holds up is pending, not done",
        "recog/store/erasure.py", "return not busy", "return True",
        "tests/store/test_erasure.py -k pending_and_the_next",
    ),
    Sabotage(
        "a library whose erasure has no room is opened all the same",
        "recog/store/erasure.py", "        except LibraryDiskError:\n            self._pending = _NO_ROOM\n", "",
        "tests/store/test_erasure.py -k full_disk",
    ),
    Sabotage(
        "an erasure that has no room does not fill the disk by trying",
        "recog/store/erasure.py", "if not self._has_room():", "if False:",
        "tests/faults/test_small_disk.py -k by_trying",
    ),
    Sabotage(
        "an erasure that is pending is said",
        "recog/cli/session.py", "if pending := library.pending_erasure:", "if pending := None:",
        "tests/cli/test_verbs.py -k not_overwritten",
    ),
    Sabotage(
        "an index is for its owner alone",
        "recog/durable.py", "FILE_MODE = 0o600", "FILE_MODE = 0o644",
        "tests/faults/test_reach.py -k umask",
    ),
    Sabotage(
        "an unfinished backup is deleted",
        "recog/store/schema.py", "copy.unlink(missing_ok=True)\n    with", "pass\n    with",
        "tests/library/test_doctor.py -k unfinished_backup",
    ),
    Sabotage(
        "an empty root loses no photo",
        "recog/library/survey.py", "append(root)\n            continue", "append(root)",
        "tests/library/test_ingest.py -k unmounted",
    ),
    Sabotage(
        "a photo that was given up is not tried for ever",
        "recog/photos/reasons.py", "Reason.IO_ERROR}", "Reason.IO_ERROR, Reason.CRASHED, Reason.TIMEOUT}",
        "tests/library/test_read_ahead.py -k given_up",
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
        "recog/photos/pool.py", 'sys.executable, "-P", "-B"', 'sys.executable, "-B"',
        "tests/photos/test_pool.py -k json_module",
    ),
    Sabotage(
        "the processes end with the run",
        "recog/library/read_ahead.py", "        pool.close()\n", "",
        "tests/library/test_read_ahead.py -k crash_costs_one",
    ),
    Sabotage(
        "weights are held against their digest",
        "recog/weights/sources.py", "if digest != file.sha256:", "if False:",
        "tests/weights/test_pull.py -k 'another_digest or altered'",
    ),
    Sabotage(
        "a catalog whose restore was cut short is not opened",
        "recog/store/engine.py", "        refuse_half_restored(path)\n", "",
        "tests/library/test_backup.py -k cut_short",
    ),
    Sabotage(
        "a catalog that another program has open is not replaced",
        "recog/store/restore.py", "fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST", "fcntl.LOCK_NB, 1, 0",
        "tests/library/test_backup.py -k another_program",
    ),
    Sabotage(
        "the journal of the catalog that was goes with it",
        "recog/store/restore.py", "path.with_name(path.name + ending).unlink(missing_ok=True)", "pass",
        "tests/library/test_backup.py -k journal",
    ),
    Sabotage(
        "the backup of a newer recog is refused",
        "recog/store/restore.py", "if revision not in revisions():", "if False:",
        "tests/library/test_backup.py -k no_sound_backup",
    ),
    Sabotage(
        "whoever looks for the writer refuses none",
        "recog/store/lock.py", "_LOOK_TRIES = 5", "_LOOK_TRIES = 0",
        "tests/store/test_lock.py -k looks",
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
        "recog/store/acts.py", "if row[0] not in refused", "if row",
        "tests/store/test_acts.py -k said_it_is_not",
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
        "recog/index/manifest.py", "content.pop(_DIGEST, None) != _digest(content):", "not content.pop(_DIGEST, None):",
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
        "recog/store/connections.py", '"synchronous=FULL"', '"synchronous=OFF"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "deleted rows are overwritten at once",
        "recog/store/connections.py", '"secure_delete=ON"', '"secure_delete=OFF"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "no copy of a face lands among temporary files",
        "recog/store/connections.py", '"temp_store=MEMORY"', '"temp_store=FILE"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "rows do not outlive what they belong to",
        "recog/store/connections.py", '"foreign_keys=ON"', '"foreign_keys=OFF"',
        "tests/store/test_opening.py -k lose_and_leak",
    ),
    Sabotage(
        "writers on a server take turns, so that ids come in order",
        "recog/store/connections.py",
        'connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_KEY})")',
        "pass",
        "tests/store/test_faults.py -k 'lock_on_the_server'",
    ),
    Sabotage(
        "the database of a newer recog is refused",
        "recog/store/schema.py", "if revision is not None and revision not in known:", "if False:",
        "tests/store/test_opening.py -k newer_recog",
    ),
    Sabotage(
        "an older database is copied before it is migrated",
        "recog/store/schema.py", "if revision is not None and database.path is not None:", "if False:",
        "tests/store/test_migrations.py -k copied_before",
    ),
    Sabotage(
        "a migration is one transaction",
        "recog/store/schema.py", "with database.writing() as connection:", "with database.alone() as connection:",
        "tests/store/test_migrations.py -k kill_during",
    ),
    Sabotage(
        "numbers of faces are never given again",
        "migrations/versions/0004_faces.py",
        '        sqlite_autoincrement=True,\n    )\n    op.create_index("ix_faces_photo_id"',
        '    )\n    op.create_index("ix_faces_photo_id"',
        "tests/store/test_faces.py -k 'never_given_again and not postgres'",
    ),
    Sabotage(
        "the copies that recog made are erased with who is forgotten",
        "recog/store/erasure.py", "        self._delete_automatic_backups()\n", "",
        "tests/store/test_erasure.py -k copy_that_a_migration",
    ),
    Sabotage(
        "whom a scan must not bring back is written down",
        "recog/store/erasure.py", "            _exclude(connection, face_ids)\n", "",
        "tests/store/test_erasure.py -k rescan",
    ),
    Sabotage(
        "an edited copy inherits who is forgotten",
        "recog/store/saving.py", "    _exclude_forgotten(connection, plans.values())\n", "",
        "tests/store/test_erasure.py -k edited_copy",
    ),
    Sabotage(
        "an erasure that was cut short is finished when the catalog is opened",
        "recog/store/engine.py", "        catalog.finish_erasures()\n", "",
        "tests/store/test_erasure.py -k kill_between",
    ),
    Sabotage(
        "a catalog that others may read is closed to them",
        "recog/store/engine.py", "            path.chmod(FILE_MODE)\n", "            pass\n",
        "tests/store/test_opening.py -k others_may_read",
    ),
    Sabotage(
        "bits that rotted in an embedding are seen",
        "recog/library/upkeep.py", "~are_unit(rows.embeddings)", "[]",
        "tests/library/test_upkeep.py -k rotted",
    ),
    Sabotage(
        "faces that a killed run left without names get them in the next run",
        "recog/store/matchings.py", "row is not None and tuple(row) == (*_last_ids", "row is not None or (*_last_ids",
        "tests/library/test_naming.py -k ends_before",
    ),
    Sabotage(
        "an edit that changed neither size nor time is found on demand",
        "recog/library/survey.py", "if file is None or verify or stat", "if file is None or stat",
        "tests/library/test_ingest.py -k neither_size_nor_time",
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
        "recog/render/page.py", "return escape(printable(shown), quote=True)", "return printable(shown)",
        "tests/render/test_html.py -k are_text",
    ),
    Sabotage(
        "a page fetches nothing",
        "recog/render/page.py", '"default-src \'none\'", ', "",
        "tests/render/test_html.py -k policy_allows",
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
        "recog/store/schema.py", "        copy.unlink(missing_ok=True)\n", "        pass\n",
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
        "tests/store/test_connections.py -k mode_of_an_open",
    ),
    Sabotage(
        "a catalog that this process has open is not restored",
        "recog/store/restore.py", "            held.enter_context(exclusively(path))", "            pass",
        "tests/store/test_connections.py -k is_not_restored",
    ),
    Sabotage(
        "the open catalog is read as no list of names",
        "recog/library/exchange/documents.py", "        refuse_held(path)\n", "",
        "tests/store/test_connections.py -k named_as_a_photo",
    ),
    Sabotage(
        "the open catalog is read as no photo",
        "recog/photos/files.py", "        refuse_held(path)\n", "",
        "tests/store/test_connections.py -k named_as_a_photo",
    ),
    Sabotage(
        "the open catalog is not replaced by a report",
        "recog/durable.py", "    refuse_held(path)\n", "",
        "tests/test_held_files.py -k neither_opened",
    ),
    Sabotage(
        "nothing is written to a catalog that was deleted or replaced",
        "recog/store/connections.py", "identity_of(self._path) != self._identity:", "False:",
        "tests/store/test_connections.py -k lost_its_place",
    ),
    Sabotage(
        "nothing is acknowledged if the catalog was replaced during the transaction",
        "recog/store/database.py",
        "                yield connection\n            self._connections.refuse_replaced()\n",
        "                yield connection\n",
        "tests/store/test_connections.py -k during_a_transaction",
    ),
    Sabotage(
        "nothing is written to a log that was deleted",
        "recog/store/connections.py", "                self._refuse_lost_log(connection)", "                pass",
        "tests/store/test_connections.py -k lost_its_place",
    ),
    Sabotage(
        "the folder of a library that was deleted while open is not made anew",
        "recog/library/state.py", "if self._folder is not None and", "if False and",
        "tests/web/test_acts.py -k not_made_anew",
    ),
    Sabotage(
        "a face of which the detector is unsure gets no name by distance",
        "recog/library/naming.py", "if accepted is None or face_id in doubted:", "if accepted is None:",
        "tests/library/test_doubted.py -k gets_no_name",
    ),
    Sabotage(
        "a face of which the detector is unsure lends its name to no other",
        "recog/store/people.py", "                    faces.c.score >= SURE_SCORE,\n", "",
        "tests/library/test_doubted.py -k lends_it_to_no_other",
    ),
    Sabotage(
        "a face of which the detector is unsure lends its name to no other in a large library",
        "recog/store/moment.py", " & (faces.c.score >= SURE_SCORE)", "",
        "tests/library/test_doubted.py -k large_library",
    ),
    Sabotage(
        "names that an earlier recog gave to doubted faces go",
        "recog/library/gallery.py", ", score {SURE_SCORE}", "",
        "tests/library/test_doubted.py -k earlier_name",
    ),
    Sabotage(
        "a face of which the detector is unsure is not verified",
        "recog/library/verifying.py", "if (doubt := doubt_of(box)) is not None:", "if doubt := None:",
        "tests/library/test_doubted.py -k verify_refuses",
    ),
    Sabotage(
        "a photo without a sure upright face is looked at in its other turns",
        "recog/library/any_turn.py", "    if turn == 0:\n        return boxes", "    return boxes",
        "tests/library/test_any_turn.py -k gets_its_name",
    ),
    Sabotage(
        "boxes of a turned photo are in its own pixels",
        "recog/library/any_turn.py",
        "[turned(box, (360 - turn) % 360, width, height) for box in found]",
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
        "recog/store/rows.py", '        "turn": int(face.box.turn),', '        "turn": 0,',
        "tests/store/test_saving.py -k turn_of_a_face",
    ),
    Sabotage(
        "photos in which an earlier recog was sure of no face are looked at again",
        "migrations/versions/0014_turned_faces.py", "    op.execute(", "    str(",
        "tests/store/test_migrations.py -k looked_at_again",
    ),
    Sabotage(
        "a network's gallery holds its own embeddings alone",
        "recog/store/people.py", "embeddings.c.network_id == network_id,\n                    assign", "assign",
        "tests/store/test_model.py",
    ),
)  # fmt: skip
