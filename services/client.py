"""How commands speak to an installation: over HTTP to the server that runs on the folder, else to one opened in this process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from services.folder import Folder
from services.settings import Settings
from streams.errors import ConfigError, InvalidInput, Unavailable

TIMEOUT_SECONDS = 60.0


class Client:
    """Speaks the API of one installation as its administrator."""

    def __init__(self, http: httpx.AsyncClient, runner: asyncio.Runner) -> None:
        self._http, self._runner = http, runner

    def get(self, path: str, **options: Any) -> Any:  # noqa: ANN401 - httpx's options, JSON out
        """Return the JSON of an answer."""
        return self._ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:  # noqa: ANN401
        """Return the JSON of an answer."""
        return self._ask("POST", path, **options)

    def delete(self, path: str) -> None:
        """Delete what stands at the path."""
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401
        try:
            answer = self._runner.run(self._http.request(method, path, **options))
        except httpx.HTTPError as exc:
            raise Unavailable(f"the server does not answer: {exc}") from exc
        if answer.is_error:
            raise InvalidInput(_told(answer))
        return answer.json() if answer.content else None


@contextmanager
def connect(settings: Settings) -> Iterator[Client]:
    """Give a client; without a running server, what it changes is processed before this ends."""
    folder = Folder(settings.data_dir.resolve())
    url = folder.server()
    with asyncio.Runner() as runner:
        if url:
            yield from _over(httpx.AsyncHTTPTransport(), url, folder, runner)
            return
        from services.api.app import create_app  # noqa: PLC0415 - half a second that a running server spares
        from services.server import ensure_admin_token  # noqa: PLC0415
        from services.wiring import open_node  # noqa: PLC0415

        node = open_node(settings)
        try:
            ensure_admin_token(node)
            yield from _over(httpx.ASGITransport(app=create_app(node)), "http://folder", folder, runner)
            node.pipeline.drain()
        finally:
            node.close()


def _over(transport: httpx.AsyncBaseTransport, url: str, folder: Folder, runner: asyncio.Runner) -> Iterator[Client]:
    try:
        token = folder.admin_token.read_text().strip()
    except OSError as exc:
        raise ConfigError(f"cannot read the administrator's token {folder.admin_token}: {exc.strerror}") from exc
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx.AsyncClient(transport=transport, base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)
    try:
        yield Client(http, runner)
    finally:
        runner.run(http.aclose())


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"the server answered {answer.status_code}"
    where = f" (at letter {problem['position']})" if problem.get("position") is not None else ""
    return f"{problem.get('detail') or problem.get('title')}{where}"
