"""How commands speak to an installation: over HTTP to the server that runs on the folder, else to one opened in this process."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from services.folder import Folder
from services.settings import Settings
from streams.errors import ConfigError, Forbidden, InvalidInput, NotFound, TocsinError, Unavailable

if TYPE_CHECKING:
    from services.node import Node

TIMEOUT_SECONDS = 60.0


class Client:
    """Speaks the API of one installation as its administrator."""

    def __init__(self, http: httpx.AsyncClient, runner: asyncio.Runner, settle: Callable[[], object]) -> None:
        self._http, self._runner, self._settle = http, runner, settle

    def get(self, path: str, **options: Any) -> Any:  # noqa: ANN401 - httpx's options, JSON out
        """Return the JSON of an answer."""
        return self._ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:  # noqa: ANN401
        """Return the JSON of an answer; on a folder at rest, once what was posted is processed."""
        answer = self._ask("POST", path, **options)
        self._settle()
        return answer

    def download(self, path: str, take: Callable[[bytes, int | None], object], **options: Any) -> None:  # noqa: ANN401
        """Hand over an answer piece by piece as it comes, each with how many things there are in all, where it is told."""
        try:
            self._runner.run(self._download(path, take, options))
        except httpx.HTTPError as exc:
            raise Unavailable(f"the server does not answer, or stopped half-way: {exc}") from exc

    async def _download(self, path: str, take: Callable[[bytes, int | None], object], options: dict[str, Any]) -> None:
        async with self._http.stream("GET", path, **options) as answer:
            if answer.is_error:
                await answer.aread()
                raise _refusal(answer)
            total = answer.headers.get("tocsin-total", "")
            async for piece in answer.aiter_bytes():
                take(piece, int(total) if total.isdigit() else None)

    def delete(self, path: str) -> None:
        """Delete what stands at the path."""
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401
        try:
            answer = self._runner.run(self._http.request(method, path, **options))
        except httpx.HTTPError as exc:
            raise Unavailable(f"the server does not answer: {exc}") from exc
        if answer.is_error:
            raise _refusal(answer)
        return answer.json() if answer.content else None


@contextmanager
def connect(settings: Settings, *, say: Callable[[str], None], make: bool = False) -> Iterator[Client]:
    """Give a client; without a running server, what waits in the folder and what it posts is processed at once.

    ConfigError where there is neither a server nor data, unless `make` allows to begin a folder.
    """
    folder = Folder(settings.data_dir.resolve())
    url = folder.server()
    with asyncio.Runner() as runner:
        if url:
            yield from _over(httpx.AsyncHTTPTransport(), url, folder, runner)
            return
        with _opened(settings, folder, say=say, make=make) as (node, settle):
            from services.api.app import create_app  # noqa: PLC0415 - half a second that a running server spares
            from services.server import ensure_admin_token  # noqa: PLC0415

            ensure_admin_token(node)
            yield from _over(httpx.ASGITransport(app=create_app(node)), "http://here", folder, runner, settle=settle)


@contextmanager
def _opened(
    settings: Settings, folder: Folder, *, say: Callable[[str], None], make: bool
) -> Iterator[tuple["Node", Callable[[], object]]]:
    """Give the installation, opened in this process, and what settles a post: processed here, or left to the workers."""
    from services.prepare import prepare  # noqa: PLC0415 - as above
    from services.wiring import open_node, open_shared  # noqa: PLC0415

    if settings.is_distributed:
        shared = open_shared(settings)
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            prepare(shared.parts, shared.stopping)
            yield shared, lambda: None
        finally:
            shared.close()
        return
    if not make and not folder.log.exists():
        told = f"there is no Tocsin data in {folder.path}"
        raise ConfigError(f"{told}; start `tocsin run` on it, or name another folder with --data-dir")
    node = open_node(settings)
    try:
        node.pipeline.drain(on_turn=node.remaking.telling(say))  # what a killed server or an earlier version left to do
        yield node, node.pipeline.drain
    finally:
        node.close()


def _over(
    transport: httpx.AsyncBaseTransport,
    url: str,
    folder: Folder,
    runner: asyncio.Runner,
    *,
    settle: Callable[[], object] = lambda: None,
) -> Iterator[Client]:
    try:
        token = folder.admin_token.read_text().strip()
    except OSError as exc:
        raise ConfigError(f"cannot read the administrator's token {folder.admin_token}: {exc.strerror}") from exc
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx.AsyncClient(transport=transport, base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)
    try:
        yield Client(http, runner, settle)
    finally:
        runner.run(http.aclose())


def _refusal(answer: httpx.Response) -> TocsinError:
    """Return the error that an answer stands for."""
    match answer.status_code:
        case 503:
            wait = answer.headers.get("retry-after", "")
            return Unavailable(_told(answer), retry_after_seconds=float(wait) if wait.isdigit() else None)
        case 401 | 403:
            return Forbidden(_told(answer))
        case 404:
            return NotFound(_told(answer))
        case _:
            return InvalidInput(_told(answer))


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"the server answered {answer.status_code}"
    where = f" (at letter {problem['position']})" if problem.get("position") is not None else ""
    return f"{problem.get('detail') or problem.get('title')}{where}"
