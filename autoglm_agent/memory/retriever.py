"""The memory as a LangChain retriever, for chains and agents that are not ours."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from autoglm_agent.memory.record import Memory
from autoglm_agent.memory.store import ChainMemory


class ChainRetriever(BaseRetriever):
    """Retrieve verified chains of similar tasks as documents.

    The page's content is the task in words; its metadata holds `score`, `family`, `summary`,
    `created` and `chain` (JSON data of `Chain`), and its id is the memory's.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    memory: ChainMemory
    family: str
    k: int = 3

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
    ) -> list[Document]:
        found = self.memory.recall(query, family=self.family, k=k or self.k)
        return [_document(memory) for memory in found]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
    ) -> list[Document]:
        found = await self.memory.arecall(query, family=self.family, k=k or self.k)
        return [_document(memory) for memory in found]


def _document(memory: Memory) -> Document:
    metadata: dict[str, Any] = {
        "score": memory.score,
        "family": memory.family,
        "summary": memory.summary,
        "created": memory.created,
        "chain": memory.chain.to_json(),
    }
    return Document(id=memory.id, page_content=memory.text, metadata=metadata)
