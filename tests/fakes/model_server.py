"""A server of base models on the loopback interface: the Hugging Face hub's addresses and ModelScope's.

It serves files from memory, understands Range, and can break a transfer off or tell a wrong checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class ModelServer:
    """One model, `owner/model`, at the revisions main, master and COMMIT.

    `cut` breaks the first transfer of a file off after so many bytes. `wrong` are files whose checksum is told wrongly.
    `asked` records each transfer: the file and its Range.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.cut: dict[str, int] = {}
        self.wrong: set[str] = set()
        self.gated = False
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes(
            [
                web.get("/api/models/owner/model/revision/{revision}", self._hub_info),
                web.get("/api/models/owner/model/tree/{revision}", self._hub_tree),
                web.get("/owner/model/resolve/{revision}/{path:.+}", self._hub_file),
                web.get("/api/v1/models/owner/model/repo/files", self._listing),
                web.get("/api/v1/models/owner/model/repo", self._file),
                web.get("/{rest:.*}", self._nothing),
            ]
        )
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def sum_of(self, path: str) -> str:
        """Tell the checksum that the server tells of a file."""
        return "0" * 64 if path in self.wrong else hashlib.sha256(self.files[path]).hexdigest()

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.json_response({"error": "no such model"}, status=404, headers={"X-Error-Code": "RepoNotFound"})

    async def _hub_info(self, request: web.Request) -> web.Response:
        if self.gated:
            return web.json_response({"error": "gated"}, status=403, headers={"X-Error-Code": "GatedRepo"})
        if not _known(request.match_info["revision"]):
            headers = {"X-Error-Code": "RevisionNotFound"}
            return web.json_response({"error": "no such revision"}, status=404, headers=headers)
        return web.json_response({"id": "owner/model", "sha": COMMIT, "siblings": []})

    async def _hub_tree(self, request: web.Request) -> web.Response:
        return web.json_response([self._entry(path, content) for path, content in self.files.items()])

    def _entry(self, path: str, content: bytes) -> dict[str, object]:
        entry: dict[str, object] = {"type": "file", "path": path, "size": len(content), "oid": _git(content)}
        if path.endswith(".safetensors"):
            entry["lfs"] = {"oid": self.sum_of(path), "size": len(content), "pointerSize": 134}
        return entry

    async def _hub_file(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if path not in self.files:
            return web.Response(status=404, headers={"X-Error-Code": "EntryNotFound"})
        large = path.endswith(".safetensors")
        etag = hashlib.sha256(self.files[path]).hexdigest() if large else _git(self.files[path])
        return await self._give(request, path, {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'})

    async def _listing(self, request: web.Request) -> web.Response:
        if not _known(request.query["Revision"]):
            return web.json_response({"Code": 10010205001, "Message": "no such revision", "Success": False}, status=404)
        entries = [
            {"Path": path, "Type": "blob", "Size": len(content), "Sha256": self.sum_of(path)}
            for path, content in self.files.items()
        ]
        return web.json_response({"Code": 200, "Data": {"Files": [*entries, {"Path": "unet", "Type": "tree"}]}})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return await self._give(request, request.query["FilePath"], {})

    async def _give(self, request: web.Request, path: str, headers: dict[str, str]) -> web.StreamResponse:
        content, wished = self.files[path], request.headers.get("Range")
        if request.method == "GET":
            self.asked.append((path, wished))
        start = int(wished.removeprefix("bytes=").split("-")[0]) if wished else 0
        if wished:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        body, status = content[start:], 206 if wished else 200
        if request.method == "HEAD" or path not in self.cut:
            return web.Response(body=body, status=status, headers={**headers, "Accept-Ranges": "bytes"})
        response = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: self.cut.pop(path)])
        if request.transport is not None:
            request.transport.close()
        return response


def files_below(directory: Path) -> dict[str, bytes]:
    """Read all files of a base's directory, by their paths in it."""
    return {str(file.relative_to(directory)): file.read_bytes() for file in directory.rglob("*") if file.is_file()}


def _known(revision: str) -> bool:
    return revision in {"main", "master", COMMIT}


def _git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
