"""«Personer og plasser»: who sits where on a day, who is away, and taking somebody in."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.refusal import Misuse
from engine.store import people, programmes
from engine.store.people import Holding
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from language.sentences import misuse_sentences
from web import pages
from web.forms import Form, only
from web.site import Site
from web.wording import FormError

PATH: Final = "/kontor/personer"
_PERSON: Final = ("navn", "epost")
_SEAT: Final = ("plass", "hvem", "fra", "som")
_AWAY: Final = ("borte", "borte-fra", "borte-til", "vikar")
CAPACITIES: Final = (("holder", "Fast"), ("acting", "Konstituert"), ("deputy", "Stedfortreder"))
_BETWEEN: Final = "/"
"""Between a body and its seat in a choice; no id has one."""


def routes(site: Site) -> APIRouter:
    """`/kontor/personer`, and what is sent from it."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(PATH, methods=["GET", "HEAD"])
    def read(dag: str = "", lagret: str = "") -> Response:
        return _page(site, on=day_of(dag), saved=lagret)

    @router.post(f"{PATH}/ny")
    def person(fields: Form) -> Response:
        only(fields, known=_PERSON)

        def deed() -> None:
            name, email = fields.get("navn", ""), fields.get("epost", "")
            register_person(site.db, name=name, email=email, now=site.clock())

        return _do(site, fields, deed, needed={"navn": "Skriv navnet.", "epost": "Skriv e-postadressen."})

    @router.post(f"{PATH}/plass")
    def seat(fields: Form) -> Response:
        only(fields, known=_SEAT)
        return _assign(site, fields)

    @router.post(f"{PATH}/fravar")
    def away(fields: Form) -> Response:
        only(fields, known=_AWAY)
        return _absent(site, fields)

    return router


def _assign(site: Site, fields: Mapping[str, str]) -> Response:
    start = day_of(fields.get("fra", ""))
    body, _, seat = fields.get("plass", "").partition(_BETWEEN)

    def deed() -> None:
        assert start is not None
        assign_seat(
            site.db,
            body=body,
            seat=seat,
            who=fields["hvem"].strip(),
            valid_from=start,
            capacity=fields.get("som") or "holder",
            now=site.clock(),
        )

    needed = {"plass": "Velg en plass.", "hvem": "Velg hvem.", "fra": "Velg fra hvilken dag."}
    return _do(site, fields, deed, needed=needed, days=("fra",))


def _absent(site: Site, fields: Mapping[str, str]) -> Response:
    start, end = day_of(fields.get("borte-fra", "")), day_of(fields.get("borte-til", ""))

    def deed() -> None:
        assert start is not None
        assert end is not None
        register_absence(
            site.db,
            who=fields["borte"].strip(),
            away_from=start,
            away_to=end,
            stand_in=fields.get("vikar", "").strip() or None,
            now=site.clock(),
        )

    needed = {
        "borte": "Velg hvem som er borte.",
        "borte-fra": "Velg første dag.",
        "borte-til": "Velg siste dag.",
    }
    return _do(site, fields, deed, needed=needed, days=("borte-fra", "borte-til"))


def _do(
    site: Site,
    fields: Mapping[str, str],
    deed: Callable[[], None],
    *,
    needed: Mapping[str, str],
    days: tuple[str, ...] = (),
) -> Response:
    """Do what a form asks for and show the page anew; or show what is missing or refused at its field."""
    errors = [
        FormError(field=name, text=text) for name, text in needed.items() if not fields.get(name, "").strip()
    ]
    errors += [
        FormError(field=name, text="Dette er ikke en dag i kalenderen.")
        for name in days
        if fields.get(name, "").strip() and day_of(fields[name]) is None
    ]
    if not errors:
        try:
            deed()
        except Misuse as wrong:
            first = next(iter(needed))
            errors = [FormError(field=first, text=text) for text in misuse_sentences(wrong)]
    if errors:
        return _page(site, errors=errors, typed=fields)
    return RedirectResponse(f"{PATH}?lagret=ja", status_code=303)


def day_of(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _page(
    site: Site,
    *,
    on: date | None = None,
    saved: str = "",
    errors: list[FormError] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    today = local_date(site.clock())
    day = on or today
    with site.db.reading() as tx:
        programme = programmes.current(tx)
        register = [one for one in people.all_people(tx) if one.email]
        held = people.holdings(tx, on=day)
        away = [one for one in people.absences(tx) if one.away_to >= today]
        names = people.names(
            tx, [one.person for one in away] + [one.stand_in for one in away if one.stand_in]
        )
    return pages.page(
        site,
        "people.html",
        status=422 if errors else 200,
        path=PATH,
        day=day,
        today=today,
        saved=bool(saved),
        errors=errors or [],
        typed=typed or {},
        register=register,
        bodies=[] if programme is None else _bodies(programme, held, {one.person for one in away}),
        places=[] if programme is None else _places(programme),
        capacities=CAPACITIES,
        away=away,
        names=names,
    )


def _bodies(programme: Programme, held: tuple[Holding, ...], away: set[str]) -> list[dict[str, Any]]:
    """Each body with its seats, and last the single offices: who holds each, and what is missing."""
    found = [
        {
            "title": text_in(body.title),
            "seats": [
                _seat(held, body.id, seat.id, seat.office, away, seat.id == body.leader)
                for seat in body.seats
            ],
        }
        for body in programme.bodies
    ]
    offices = [
        _seat(held, people.OFFICES, one.id, text_in(one.title), away, leads=False)
        for one in programme.offices
    ]
    return [*found, {"title": "Enkeltoppgaver", "seats": offices}]


def _seat(
    held: tuple[Holding, ...], body: str, seat: str, title: str, away: set[str], leads: bool
) -> dict[str, Any]:
    here = [one for one in held if (one.body, one.seat) == (body, seat)]
    holder = next((one for one in here if one.capacity != "deputy"), None)
    deputy = next((one for one in here if one.capacity == "deputy"), None)
    return {
        "title": title,
        "leads": leads,
        "holder": holder,
        "acting": holder is not None and holder.capacity == "acting",
        "deputy": deputy,
        "away": holder is not None and holder.person in away,
    }


def _places(programme: Programme) -> list[tuple[str, str]]:
    """Every seat and office one can be given, as a form names it and as people read it."""
    seats = [
        (f"{body.id}{_BETWEEN}{seat.id}", f"{text_in(body.title)}: {seat.office}")
        for body in programme.bodies
        for seat in body.seats
    ]
    return [*seats, *((f"{_BETWEEN}{one.id}", text_in(one.title)) for one in programme.offices)]
