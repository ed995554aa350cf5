"""Keep up the folders and files of all albums."""

from recog.errors import AlbumError
from recog.library.albums.links import clear_folder, keep_folder
from recog.library.albums.lists import Listing, delete_file, keep_file
from recog.library.albums.members import photos_in, queries_of
from recog.library.albums.results import KeptUp, OutdatedOutput
from recog.store.albums import Album, AlbumForm, AlbumOutput
from recog.store.catalog import Catalog
from recog.store.records import FiledPhoto

_FOLDERS = frozenset({AlbumForm.LINKS, AlbumForm.HARD_LINKS})


def keep_up(catalog: Catalog) -> KeptUp:
    """Bring every album's folders and files on this machine up to date; one that fails stops no other."""
    albums = [one for one in catalog.albums.all() if one.outputs]
    kept, outdated = 0, []
    for album, query in zip(albums, queries_of(catalog, albums), strict=True):
        photos = photos_in(catalog, album)
        for output in album.outputs:
            try:
                _keep(catalog, album, query, output, photos)
                kept += 1
            except AlbumError as error:
                outdated.append(OutdatedOutput(album.name, output.path, str(error)))
            except OSError as error:
                detail = f"{output.path} cannot be written ({error.strerror}): make room, or remove the album"
                outdated.append(OutdatedOutput(album.name, output.path, detail))
    return KeptUp(kept, tuple(outdated))


def _keep(catalog: Catalog, album: Album, query: str, output: AlbumOutput, photos: list[FiledPhoto]) -> None:
    owner = owner_of(catalog, album)
    if output.form in _FOLDERS:
        keep_folder(output.path, owner, photos, hard=output.form is AlbumForm.HARD_LINKS)
    else:
        keep_file(output.path, output.form, Listing(owner, album.name, query, photos))


def delete_outputs(catalog: Catalog, album: Album) -> KeptUp:
    """Delete what recog made of an album on this machine: links, lists and feeds, never a photo."""
    gone, left = 0, []
    for output in album.outputs:
        try:
            if output.form in _FOLDERS:
                clear_folder(output.path, owner_of(catalog, album))
            else:
                delete_file(output.path, owner_of(catalog, album))
            gone += 1
        except AlbumError as error:
            left.append(OutdatedOutput(album.name, output.path, str(error)))
        except OSError as error:
            detail = f"{output.path} cannot be deleted ({error.strerror}): delete it yourself"
            left.append(OutdatedOutput(album.name, output.path, detail))
    return KeptUp(gone, tuple(left))


def owner_of(catalog: Catalog, album: Album) -> str:
    """Return the name of an album that no other album of any library has."""
    return f"urn:recog:album:{catalog.library_id}:{album.id}"
