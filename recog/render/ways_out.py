"""What went wrong and what to do about it, as the command line says it."""

from collections.abc import Mapping

from recog.errors import (
    NearNameError,
    PhotoError,
    RecogError,
    SeveralFacesFoundError,
    UnknownPersonError,
    WayOut,
    WeightsDamagedError,
)

_WAYS_OUT: Mapping[WayOut, str] = {
    WayOut.INDEX: "run 'recog index FOLDER' first",
    WayOut.MAKE_LIBRARY: "make one with 'recog index FOLDER'",
    WayOut.ENROL: "run 'recog enrol' with a photo of the person",
    WayOut.NAME_FACES: "'recog enrol' and 'recog identify --all' find some",
    WayOut.FIND_FACES: "'recog search' and every --json document name them",
    WayOut.LIST_CLUSTERS: "'recog cluster' lists them",
    WayOut.LIST_ACCOUNTS: "'recog accounts list' lists them",
    WayOut.LIST_ROOTS: "'recog status' lists the folders it knows as roots",
    WayOut.LIST_MISSING: "'recog prune --dry-run' lists the files that are gone",
    WayOut.MAP_UNLIKE: "name another folder, or give --unlike if it is the root all the same",
    WayOut.LIST_STYLE_JOBS: "'recog style list' shows those there are",
    WayOut.NAME_BACKUP: "name a file that 'recog backup' wrote",
    WayOut.EXCLUDE_LESS: "look at --exclude, or name another folder",
    WayOut.RESET_PHOTO: "'recog people reset' and 'recog index' with this photo find it again",
    WayOut.SPLIT_CLOSER: "choose a smaller --threshold, or reject faces by their numbers",
    WayOut.COPY_LIBRARY: "copy the folder to where you may write, and name the copy with --library",
    WayOut.GRANT: "'recog server grants' prints what its owner, or an administrator of the server, grants",
    WayOut.WITHOUT_REPLICA: "leave RECOG_DATABASE_READ out to ask the primary server",
    WayOut.RESTORE_AGAIN: "run 'recog restore FILE' again",
    WayOut.FIX_THEN_INDEX: "run 'recog check --fix', then 'recog index'",
    WayOut.TRAIN_HEAD: "train a head for it with 'recog train head'",
    WayOut.NAME_HEADS: (
        "install recog again, or train a head with 'recog train head', and let RECOG_HEADS name its directory"
    ),
    WayOut.USE_CPU: "use --device cpu, or install a torch that matches your driver",
    WayOut.CALIBRATE: "measure one with 'recog calibrate'",
    WayOut.CALIBRATE_OR_INSTALL: "measure one with 'recog calibrate', or install recog again",
    WayOut.REPLACE_NETWORK: "choose another name, or give --replace",
    WayOut.ADD_NETWORK: "'recog models add' adds one",
    WayOut.NAME_FOLDER: "choose one without a folder; --out names the folder",
    WayOut.REBUILD_INDEX: "run 'recog index-rebuild'",
    WayOut.UPDATE_OR_REBUILD_INDEX: "update recog, or run 'recog index-rebuild'",
    WayOut.RESTORE: (
        "if this comes again, put a backup in its place with 'recog restore FILE', or move it away and index the "
        "photos again"
    ),
    WayOut.WRITE_CLEANING: "'recog train clean' writes one",
    WayOut.EXPORT_NAMES: "'recog people export' writes such files",
    WayOut.TRAIN_VERIFIER: "train one with 'recog train verifier'",
    WayOut.TRAIN_VERIFIER_OR_USE_DISTANCE: "train one with 'recog train verifier', or ask for the method distance",
    WayOut.ALLOW_SHARING: "keep somebody else, or take the mark back with 'recog people never-share NAME --allow'",
    WayOut.BRING_WEIGHTS: (
        "try again with a network connection, or put them into a directory and name it in RECOG_WEIGHTS"
    ),
}


def with_way_out(error: RecogError) -> str:
    """Return the error's sentence with the way out."""
    match error:
        case PhotoError():
            return detail_of_photo(error.reason, str(error))
        case NearNameError():
            return f"{error} (--near takes {error.name!r} for somebody else)"
        case SeveralFacesFoundError():
            option = "--other-face" if error.second else "--face"
            return f"{error}: choose it with {option} N, 1 to {error.count} from left to right"
        case UnknownPersonError():
            new = " (--new makes somebody new of that name)" if error.may_be_new else ""
            return f"{error}{_known_people(error)}{new}"
        case WeightsDamagedError():
            return f"{error}; replace it by 'recog models pull {error.name}'"
    return str(error) if error.way_out is None else f"{error}: {_WAYS_OUT[error.way_out]}"


def detail_of_photo(reason: str, detail: str) -> str:
    """Return why a photo cannot be used, with the option that leaves it out.

    Libraries that an earlier recog filled keep sentences that name the option already.
    """
    from recog.photos.reasons import LEFT_OUT_REASONS  # noqa: PLC0415 - loads decoders, which have run by then

    named = reason not in LEFT_OUT_REASONS or "--exclude" in detail
    return detail if named else f"{detail} with --exclude"


def _known_people(error: UnknownPersonError) -> str:
    """Say how to find the names there are; empty if the sentence suggests some, or if no name was asked for."""
    if error.known is None or error.alike:
        return ""
    if error.known == 0:
        return ": 'recog enrol NAME PHOTO' gives the first one"
    return f": 'recog people list' shows the {error.known} known names"
