"""PostgreSQL searches vectors itself: a half-precision copy of each embedding beside its exact bytes.

Why: each client of a server built a search index of its own in a file, which took half a minute for 200,000 faces, and
which kept forgotten people until that client's next command. pgvector must be in the database (see
recog.store.schema.pgvector, which says so before). Rows whose bytes are damaged get no copy; `recog check` finds them.
The planner needs no statistics of the copies, which would outlive a forgotten person (0016). SQLite needs nothing.
"""

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

BATCH = 5_000
MOST_DIMENSIONS = 16_000
LARGEST = float(np.finfo(np.float16).max)
READ = sa.text(
    "SELECT embeddings.id, vector, dim FROM embeddings JOIN networks ON networks.id = network_id "
    "WHERE embeddings.id > :after AND length(vector) = 4 * dim AND dim <= :most ORDER BY embeddings.id LIMIT :batch"
)
WRITE = sa.text(
    "UPDATE embeddings SET near = copies.near::halfvec "
    "FROM unnest(CAST(:ids AS bigint[]), CAST(:texts AS text[])) AS copies (id, near) WHERE embeddings.id = copies.id"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
    connection.execute(sa.text("ALTER TABLE embeddings ADD COLUMN near halfvec"))
    connection.execute(sa.text("ALTER TABLE embeddings ALTER COLUMN near SET STATISTICS 0"))
    after = 0
    while rows := connection.execute(READ, {"after": after, "most": MOST_DIMENSIONS, "batch": BATCH}).all():
        after = rows[-1].id
        vectors = {row.id: np.frombuffer(row.vector, "<f4") for row in rows}
        whole = {number: vector for number, vector in vectors.items() if (np.abs(vector) <= LARGEST).all()}
        texts = [f"[{','.join(map('{:.5g}'.format, one.astype(np.float16).tolist()))}]" for one in whole.values()]
        connection.execute(WRITE, {"ids": list(whole), "texts": texts})


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("embeddings", "near")
