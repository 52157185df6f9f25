"""The HTTP application: every door of one process, over one installation."""

from collections.abc import Callable
from importlib.metadata import version

from fastapi import FastAPI

from services.api import (
    alerting,
    docs,
    errors,
    feeds,
    intake,
    labels,
    materials,
    operate,
    queries,
    register,
    sources,
    stream,
    suggest,
    things,
)
from services.api.body import MAX_JSON_BYTES, Bounded
from services.api.observed import Observed
from services.api.problems import DocumentedApi
from services.console import pages, switching
from services.node import Node

DESCRIPTION = """Shared early warning for critical-mineral supply risk.

Errors are RFC 9457 problems. Lists are paged by opaque cursors. Send `Authorization: Bearer toc_...`."""


def create_app(node: Node) -> FastAPI:
    """Return the application for an open installation."""
    app = DocumentedApi(
        title="Tocsin", version=version("tocsin"), description=DESCRIPTION, docs_url=None, redoc_url=None
    )
    app.state.node = node
    for module in (
        intake,
        things,
        suggest,
        queries,
        labels,
        register,
        materials,
        alerting,
        stream,
        feeds,
        sources,
        operate,
        docs,
        pages,
        switching,
    ):
        app.include_router(module.router)
    errors.install(app)
    app.add_middleware(Bounded, max_bytes=MAX_JSON_BYTES, except_for=frozenset({"/v1/intake"}))
    app.add_middleware(Observed)
    return app


def create_probe(node: Node, *, lacking: Callable[[], list[str]]) -> FastAPI:
    """Return what a process without an API of its own tells of itself: health, readiness, metrics."""
    app = FastAPI(title="Tocsin", version=version("tocsin"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.node = node
    app.state.lacking = lacking
    app.include_router(operate.probes)
    errors.install(app)
    return app
