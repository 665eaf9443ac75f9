"""`/v1/files`: tables that people upload, list and remove."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from autoglm_agent.serving.asking import Inline
from autoglm_agent.serving.backend import Backend
from autoglm_agent.serving.guard import owner_of
from autoglm_agent.serving.refusals import NoTable, Refusal, TooLarge, Unknown
from autoglm_agent.serving.uploads import MAX_BYTES, check_table, discard, new_place

_MB = 1024 * 1024


class Files:
    """The endpoints of uploads.

    Args:
        backend: Whose files they are.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def routes(self) -> list[Route]:
        """Return what is served under `/v1/files`."""
        return [
            Route("/v1/files", self.upload, methods=["POST"]),
            Route("/v1/files", self.files),
            Route("/v1/files/{file}", self.file, methods=["GET", "DELETE"]),
            Route("/v1/files/{file}/content", self.content),
        ]

    async def upload(self, request: Request) -> Response:
        """Take a file."""
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            raise Refusal("The size of the file is not told.", "Send Content-Length.")
        if int(length) > MAX_BYTES:  # before anything fills the disk
            raise TooLarge(
                f"The file has {int(length) // _MB} MB.", f"Send {MAX_BYTES // _MB} MB at most."
            )
        async with request.form(max_files=1, max_fields=8) as form:
            given = form.get("file")
            if not isinstance(given, UploadFile):
                raise Refusal("`file` is missing.", "Send the table as multipart/form-data.")
            name = given.filename or "table.csv"
            place = new_place(self.backend.uploads, name)
            with open(place, "wb") as out:
                while block := await given.read(1 << 20):
                    await asyncio.to_thread(out.write, block)
        return JSONResponse(_told(await self._keep(owner_of(request), name, place)))

    async def keep_inline(self, owner: str, inline: Inline) -> str:
        """Keep a file that came within a message, and return its id.

        Raises:
            NoTable: If it is not in base64, or no table.
        """
        try:
            data = base64.b64decode(inline.data.rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError):
            raise NoTable(
                f"{inline.name[:80]} is not in base64.", "Send a data URL, or upload the file."
            ) from None
        place = new_place(self.backend.uploads, inline.name)
        await asyncio.to_thread(place.write_bytes, data)
        return str((await self._keep(owner, inline.name, place))["id"])

    async def _keep(self, owner: str, name: str, place: Path) -> dict[str, Any]:
        """Note an uploaded file, or remove it if it is no table."""
        keep = self.backend.database.keep_file
        try:
            await asyncio.to_thread(check_table, place, name)
            return await asyncio.to_thread(keep, owner, name, place, place.stat().st_size)
        except BaseException:
            discard(place)
            raise

    async def files(self, request: Request) -> Response:
        """List the caller's files."""
        rows = await asyncio.to_thread(self.backend.database.files, owner_of(request))
        data = [_told(row) for row in rows]
        return JSONResponse({"object": "list", "data": data, "has_more": False})

    async def file(self, request: Request) -> Response:
        """Tell of a file, or remove it."""
        database, owner = self.backend.database, owner_of(request)
        row = await asyncio.to_thread(database.file, request.path_params["file"], owner)
        if request.method == "DELETE":
            await asyncio.to_thread(database.forget_file, row["id"], owner)
            with contextlib.suppress(OSError):  # its folder may be gone already
                await asyncio.to_thread(discard, Path(row["path"]))
            return JSONResponse({"id": row["id"], "object": "file", "deleted": True})
        return JSONResponse(_told(row))

    async def content(self, request: Request) -> Response:
        """Give a file back, as it came."""
        database = self.backend.database
        row = await asyncio.to_thread(database.file, request.path_params["file"], owner_of(request))
        if not await asyncio.to_thread(Path(row["path"]).is_file):
            raise Unknown(f"The bytes of {row['id']} are gone.", "Upload it again.")
        headers = {"X-Content-Type-Options": "nosniff"}
        return FileResponse(
            row["path"],
            media_type="application/octet-stream",
            filename=row["name"],
            headers=headers,
        )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "object": "file",
        "bytes": row["size"],
        "created_at": int(row["created"]),
        "filename": row["name"],
        "purpose": "user_data",
        "status": "processed",
    }
