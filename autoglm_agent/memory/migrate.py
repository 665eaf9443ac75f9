"""Another embedder for a memory: everything is embedded anew, then the vectors change places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autoglm_agent.errors import StoreError
from autoglm_agent.memory.embedders import embedder_name, units
from autoglm_agent.memory.shelving import blob, touch
from autoglm_agent.memory.truth import Truth

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

BATCH = 256


def migrate(truth: Truth, embeddings: Embeddings) -> int:
    """Embed a memory by another embedder; return the number of records embedded.

    The former vectors stay until all the new ones are there, and the change is one transaction.
    What is remembered meanwhile is embedded at the next recall. Indexes make themselves anew,
    because a collection belongs to an embedder.

    Raises:
        StoreError: If the embedder fails; nothing has changed then.
    """
    name = embedder_name(embeddings)
    with truth.transaction() as db:
        query = "SELECT id, text FROM chains WHERE kind != 'configuration' ORDER BY seq"
        texts = db.execute(query).fetchall()
    vectors: dict[str, np.ndarray] = {}
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        try:
            embedded = units(embeddings.embed_documents([text for _, text in part]))
        except Exception as error:
            raise StoreError(
                f"The embedder {name} failed: {error!r:.300}", "The memory is as it was."
            ) from error
        vectors.update(zip([key for key, _ in part], embedded, strict=True))
    dimension = len(next(iter(vectors.values()))) if vectors else 0
    with truth.transaction(write=True) as db:
        db.execute("DELETE FROM vectors")
        db.execute("DELETE FROM unembedded")
        db.executemany(
            "INSERT INTO vectors SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM chains WHERE id = ?1)",
            [(key, blob(values)) for key, values in vectors.items()],
        )
        db.execute(
            "INSERT INTO unembedded SELECT id, kind, family FROM chains"
            " WHERE kind != 'configuration' AND id NOT IN (SELECT id FROM vectors)"
        )
        rows = [(name, "embedder"), (str(dimension), "dimension")]
        db.executemany("UPDATE meta SET value = ? WHERE key = ?", rows)
        for key in vectors:
            touch(db, key)
    return len(vectors)
