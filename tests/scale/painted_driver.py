"""Work on the queue of a painted library by Ray: `python -m tests.scale.painted_driver ADDRESS LEASE`.

The settings come from the environment. What the crew tells goes to standard output, a line each, and at the end a line
with the number of workers that ended by themselves.
"""

import sys

from recog.config import read_settings
from recog.library.work.watch import QueueWatch
from recog.scale.cluster import RayCluster, connected
from recog.scale.crew import Crew
from tests.library.work.slow import slow_queue
from tests.painted import PaintedLibrary


def told(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Let Ray's workers empty the queue."""
    address, lease = sys.argv[1:]
    settings = read_settings()
    with PaintedLibrary(settings) as library, connected(address, settings) as ray:
        cluster = RayCluster(ray, slow_queue, library_id=library.queue.library_id, lease=float(lease))
        watch = QueueWatch(library.queue.overview, told=told)
        reports = Crew(cluster, processes=None, gpus=None, told=told, look=watch.look).work()
        told(f"{len(reports)} reports, {watch.progress.total > 0}")


if __name__ == "__main__":
    main()
