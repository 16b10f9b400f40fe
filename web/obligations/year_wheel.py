"""What does the programme's year look like? The årshjul as a table, a picture and a calendar, for whoever may
read the portfolio.
"""

from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from documents.calendars.year_wheel import by_month, spoke_words, wheel_calendar, wheel_svg, wheel_words
from engine.core.programme.calendar import local_date
from engine.core.refusal import Unknown
from engine.queries.obligations.year_wheel import Wheel, year_wheel
from web import pages
from web.site import Site

YEARS: Final = range(2000, 2101)
"""The years that anybody can have a use for."""


def routes(site: Site) -> APIRouter:
    """`/arshjul`, `/arshjul.svg` and `/arshjul.ics`; `ar` is the year, else this one."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/arshjul", methods=["GET", "HEAD"])
    def page(ar: int | None = None) -> Response:
        wheel = _wheel(site, ar)
        return pages.page(
            site,
            "wheel.html",
            wheel=wheel,
            months=by_month(wheel),
            words=wheel_words(wheel),
            spoke_words=spoke_words,
            years=YEARS,
        )

    @router.api_route("/arshjul.svg", methods=["GET", "HEAD"])
    def picture(ar: int | None = None) -> Response:
        return Response(wheel_svg(_wheel(site, ar)), media_type="image/svg+xml")

    @router.api_route("/arshjul.ics", methods=["GET", "HEAD"])
    def calendar() -> Response:
        """This year and the next: a calendar that subscribes should not be empty in December."""
        first = local_date(site.clock()).year
        content = wheel_calendar(
            [_wheel(site, year) for year in (first, first + 1)], host=site.settings.host, made_at=site.clock()
        )
        return Response(content, media_type="text/calendar; charset=utf-8")

    return router


def _wheel(site: Site, year: int | None) -> Wheel:
    wanted = local_date(site.clock()).year if year is None else year
    if wanted not in YEARS:
        raise HTTPException(404)
    try:
        with site.db.reading() as tx:
            return year_wheel(tx, year=wanted)
    except Unknown:
        raise HTTPException(404) from None
