"""Which folders lie on network file systems, where changes that other machines make send no events."""

import re
from collections.abc import Mapping
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "drvfs", "fuse.ceph", "fuse.davfs2", "fuse.glusterfs",
        "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
        "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
    }
)  # fmt: skip
"""Types of file systems that other machines, or the host of a virtual one, change."""
_OCTAL = re.compile(r"\\([0-7]{3})")


def network_type(folder: Path, *, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the network file system that holds a folder; None for a local one, or if it is not known."""
    types = _types(mounts)
    real = folder.resolve()
    place = next((one for one in (real, *real.parents) if one in types), None)
    found = None if place is None else types[place]
    return found if found in NETWORK else None


def _types(mounts: Path) -> Mapping[Path, str]:
    """Return the type of each mounted file system by its place; empty on systems without such a list."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return {}
    types = {}
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.partition(" ")[0]
        if len(fields) > 4 and kind:
            types[Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4]))] = kind
    return types
