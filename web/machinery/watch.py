"""Is it well, and how much does it do? `/healthz` and `/metrics`: numbers only, no names."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.store import cases, outbox
from engine.store.outages import NotNow
from web.site import Site

T = TypeVar("T")

ANSWER: Final = 2.0
"""Seconds in which whoever watches over us is answered, whatever the database does."""
DATABASE: Final = "database"
"""The name of what is wrong when the database does not answer."""


class Inquiry(Generic[T]):
    """A question to the database that is asked in a thread of its own, one at a time: whoever asks while it
    is under way waits for the same answer, so that a database that hangs holds one thread and no more.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._guard = threading.Lock()
        self._under_way: Future[T] | None = None

    async def answer(self, *, seconds: float = ANSWER) -> T:
        """What the database says. Raises TimeoutError when it does not say it in time, and NotNow."""
        waited_for = asyncio.wrap_future(self._asked())
        return await asyncio.wait_for(asyncio.shield(waited_for), seconds)

    def _asked(self) -> "Future[T]":
        with self._guard:
            if self._under_way is None:
                self._under_way = Future()
                self._under_way.set_running_or_notify_cancel()
                threading.Thread(
                    target=self._run, args=(self._under_way,), name="inquiry", daemon=True
                ).start()
            return self._under_way

    def _run(self, answer: "Future[T]") -> None:
        try:
            told = self._ask()
        except Exception as fault:
            self._settled()
            answer.set_exception(fault)
        else:
            self._settled()
            answer.set_result(told)

    def _settled(self) -> None:
        with self._guard:
            self._under_way = None


def stock(site: Site) -> tuple[Metric, ...]:
    """What the database holds at the moment somebody asks: cases by status and letters by state."""
    with site.db.reading() as tx:
        letters = outbox.counts(tx)
        statuses = [one.status for one in cases.list_cases(tx)]
    held = GaugeMetricFamily("faseport_cases", "Cases, by status", labels=["status"])
    for status in ("open", "decided", "withdrawn"):
        held.add_metric([status], statuses.count(status))
    waiting = GaugeMetricFamily("faseport_letters", "Letters in the outbox, by state", labels=["state"])
    for state, number in sorted(letters.items()):
        waiting.add_metric([state], number)
    return held, waiting


class _Told(Collector):
    """What has been asked already, for the format it is written in."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def collect(self) -> Iterator[Metric]:
        """As it was told."""
        yield from self._metrics


def registry_of() -> tuple[CollectorRegistry, Counter]:
    """A registry of this application's own, and the counter of its requests."""
    registry = CollectorRegistry()
    asked = Counter(
        "faseport_requests",
        "Requests, by route and status",
        labelnames=["method", "route", "status"],
        registry=registry,
    )
    return registry, asked


def routes(site: Site, registry: CollectorRegistry) -> APIRouter:
    """`/healthz` and `/metrics`, which answer on the event loop."""
    router = APIRouter(include_in_schema=False)
    well, holds = Inquiry(site.health), Inquiry(lambda: stock(site))

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def health() -> Response:
        try:
            told = dict(await well.answer())
        except (TimeoutError, NotNow):
            told = {"ok": False, "wrong": [DATABASE]}
        return JSONResponse(told, status_code=200 if told.get("ok", True) else 503)

    @router.api_route("/metrics", methods=["GET", "HEAD"])
    async def metrics(_request: Request) -> Response:
        up = GaugeMetricFamily("faseport_database_up", "Whether the database answers")
        try:
            told = await holds.answer()
        except (TimeoutError, NotNow):
            told = ()
        up.add_metric([], 1 if told else 0)
        now = CollectorRegistry()
        now.register(_Told((up, *told)))
        text = generate_latest(registry) + generate_latest(now)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

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
