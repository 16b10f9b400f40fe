"""Is it well, and how much does it do? `/healthz` and `/metrics`: numbers only, no names."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.store import cases, outbox
from web.site import Site


class Stock(Collector):
    """What the database holds at the moment somebody asks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        """Cases by status and letters by state."""
        with self._site.db.reading() as tx:
            letters = outbox.counts(tx)
            statuses = [one.status for one in cases.list_cases(tx)]
        held = GaugeMetricFamily("faseport_cases", "Cases, by status", labels=["status"])
        for status in ("open", "decided", "withdrawn"):
            held.add_metric([status], statuses.count(status))
        yield held
        waiting = GaugeMetricFamily("faseport_letters", "Letters in the outbox, by state", labels=["state"])
        for state, number in sorted(letters.items()):
            waiting.add_metric([state], number)
        yield waiting


def registry_of(site: Site) -> tuple[CollectorRegistry, Counter]:
    """A registry of this application's own, and the counter of its requests."""
    registry = CollectorRegistry()
    registry.register(Stock(site))
    asked = Counter(
        "faseport_requests",
        "Requests, by route and status",
        labelnames=["method", "route", "status"],
        registry=registry,
    )
    return registry, asked


def routes(site: Site, registry: CollectorRegistry) -> APIRouter:
    """`/healthz` and `/metrics`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def health() -> Response:
        told = dict(site.health())
        return JSONResponse(told, status_code=200 if told.get("ok", True) else 503)

    @router.api_route("/metrics", methods=["GET", "HEAD"])
    def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def counted(app: ASGIApp, *, asked: Counter) -> ASGIApp:
    """An ASGI application that counts what `app` answers, by the route's pattern and never by its address."""

    async def count(scope: Scope, receive: Receive, send: Send) -> None:
        async def noticed(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                asked.labels(scope["method"], route, str(message["status"])).inc()
            await send(message)

        await app(scope, receive, noticed if scope["type"] == "http" else send)

    return count
