"""«Mine frister»: what does somebody owe, and how do they settle it, from a phone, there and then?

The page shows and changes only what belongs to whoever came in through their own letter; programkontoret also
sees what others are late with. Each button does what sending it twice would do once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from documents.calendars.deadlines import Deadline, deadline_calendar
from engine.core.access.table import Act
from engine.core.benefits.measurements import told_by
from engine.core.obligations.owed import MEASUREMENT
from engine.core.programme.calendar import local_date
from engine.core.record.letters import subject_of_case
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.queries.obligations.show_obligations import (
    ObligationView,
    show_mine,
    show_obligations,
    show_others,
)
from engine.queries.people.responsible import directory
from engine.store import obligations, people, projects
from engine.store.obligations import Stored
from engine.use_cases.access.open_door import Guest
from engine.use_cases.access.send_link import send_link
from engine.use_cases.benefits.measure_benefit import measure_benefit
from engine.use_cases.letters.keep_calendar import calendar_token, close_calendar, feed_of, open_calendar
from engine.use_cases.meetings.write_minutes import approve_minutes
from engine.use_cases.obligations.alert_owner import alert_owner
from engine.use_cases.obligations.extend_obligation import extend_obligation
from engine.use_cases.obligations.owed_now import may_follow_up
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.settle_condition import settle_condition
from engine.use_cases.obligations.settle_obligation import settle_obligation
from engine.use_cases.projects.change_facts import BadFacts
from language.obligations import if_nothing_words, obligation_words
from language.sentences import sentence
from web import pages
from web.access import cookies
from web.access.visitor import may, visitor
from web.forms import Form, only
from web.site import Site
from web.wording import FormError

SOON: Final = timedelta(days=60)
"""What is due later than this stands folded away."""
CALENDAR: Final = "/kalender/"

_DONE: Final[Mapping[str, tuple[str, str]]] = {
    "utfort": ("Meldt som utført", "Påminnelsene om dette er stoppet."),
    "godtatt": ("Forutsetningen er godtatt som oppfylt", "Påminnelsene om den er stoppet."),
    "malt": ("Målingen er lagt inn", "Påminnelsene om den er stoppet."),
    "godkjent": ("Referatet er godkjent", "Påminnelsene om det er stoppet."),
    "flyttet": ("Ny frist er satt", "Påminnelsene følger den nye fristen."),
    "varslet": ("Prosjekteieren er varslet", "E-posten går om et øyeblikk."),
    "lenke": ("Lenken er på vei", "Den sendes til e-postadressen som er registrert på deg."),
    "kalender": ("Kalenderadressen er klar", "Legg den inn i kalenderen din som et abonnement."),
    "stengt": ("Kalenderadressen er stengt", "Kalendere som bruker den, får ikke flere oppdateringer."),
}
_FIELDS: Final[Mapping[str, str]] = {
    "note_required": "notat",
    "note": "notat",
    "evidence_required": "dokumentasjon",
    "evidence": "dokumentasjon",
    "reason_for_new_date": "grunn",
    "reason_for_date": "grunn",
    "reason": "grunn",
    "verdi": "verdi",
    "maltdag": "maltdag",
    "due_past": "nyfrist",
    "due_unchanged": "nyfrist",
}
_IDS: Final[Mapping[str, str]] = {"frist": "nyfrist"}
"""A field whose id on the page is not its name: a deadline itself is found by «frist-» and its id."""
_UNREADABLE: Final = "due_unreadable"
_ALREADY: Final = frozenset({"obligation_settled", "condition_settled", "minutes_approved"})
"""A form sent twice finds that what it asks for is done."""

FEW: Final = 3
"""More than so many of the same, in as many projects, stand folded under one heading."""

Deed = Callable[[Guest], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The same thing owed in several projects, or one thing; `first` is the most urgent of them."""

    views: tuple[ObligationView, ...]

    @property
    def first(self) -> ObligationView:
        """What the heading tells of."""
        return self.views[0]

    @property
    def folded(self) -> bool:
        """Whether they stand under one heading."""
        return len(self.views) > FEW


def grouped(views: Iterable[ObligationView]) -> list[Group]:
    """The same things together, in the order of the most urgent of each."""
    same: dict[tuple[str, str, bool], list[ObligationView]] = {}
    for one in views:
        words = obligation_words(one.kind, one.about)
        same.setdefault((one.kind, words, bool(one.late)), []).append(one)
    return [Group(views=tuple(group)) for group in same.values()]


def routes(site: Site) -> APIRouter:
    """`/frister` with all that is sent from it, and the calendar's own address."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/frister", methods=["GET", "HEAD"])
    def read(request: Request, frist: str = "", gjort: str = "") -> Response:
        guest = cookies.guest_owing(request, site=site, now=site.clock())
        return ask_to_come_in(site) if guest is None else _page(site, guest, opened=frist, done=gjort)

    @router.api_route("/kalender/{name}", methods=["GET", "HEAD"])
    def calendar(name: str) -> Response:
        return _calendar(site, name)

    _settling_routes(router, site)
    _office_routes(router, site)
    _own_routes(router, site)
    return router


def _settling_routes(router: APIRouter, site: Site) -> None:
    @router.post("/frister/{id_}/utfort")
    def done(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=("notat",), needed=("notat",))

        def act(guest: Guest) -> object:
            note = fields["notat"]
            return settle_obligation(site.db, obligation=id_, note=note, by=guest.person, now=site.clock())

        return _run(site, request, id_, act, said="utfort", fields=fields)

    @router.post("/frister/{id_}/godta")
    def accept(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=("dokumentasjon",), needed=("dokumentasjon",))

        def act(guest: Guest) -> object:
            evidence, name = fields["dokumentasjon"], _view(site, id_).condition
            return settle_condition(
                site.db, condition=name, evidence=evidence, by=guest.person, now=site.clock()
            )

        return _run(site, request, id_, act, said="godtatt", fields=fields)

    @router.post("/frister/{id_}/maling")
    def measured(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=("verdi", "maltdag"), needed=("verdi", "maltdag"))

        def act(guest: Guest) -> object:
            return _measure(site, id_, guest, fields)

        return _run(site, request, id_, act, said="malt", fields=fields)

    @router.post("/frister/{id_}/godkjent")
    def approved(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(guest: Guest) -> object:
            meeting = _view(site, id_).meeting
            return approve_minutes(site.db, meeting=meeting, by=guest.person, now=site.clock())

        return _run(site, request, id_, act, said="godkjent", fields=fields)


def _office_routes(router: APIRouter, site: Site) -> None:
    @router.post("/frister/{id_}/ny-frist")
    def extend(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=("frist", "grunn"), needed=("frist", "grunn"))

        def act(guest: Guest) -> object:
            due = _day(fields["frist"])
            if due is None:
                return Refused(reasons=(_no_day(fields["frist"], "nyfrist"),))
            return extend_obligation(
                site.db,
                obligation=id_,
                due=due,
                reason=fields["grunn"],
                by=guest.person,
                now=site.clock(),
            )

        return _run(site, request, id_, act, said="flyttet", fields=fields)

    @router.post("/frister/{id_}/varsle")
    def alert(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(guest: Guest) -> object:
            return alert_owner(site.db, obligation=id_, by=guest.person, now=site.clock())

        return _run(site, request, id_, act, said="varslet", fields=fields)


def _own_routes(router: APIRouter, site: Site) -> None:
    @router.post("/frister/{id_}/lenke")
    def link(id_: str, request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(guest: Guest) -> object:
            about = subject_of_case(_view(site, id_).case)
            return send_link(site.db, person=guest.person, subject=about, now=site.clock())

        return _run(site, request, id_, act, said="lenke", fields=fields)

    @router.post("/frister/kalender")
    def make_calendar(request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(guest: Guest) -> object:
            return open_calendar(site.db, keys=site.keys, person=guest.person, now=site.clock())

        return _run(site, request, "", act, said="kalender", fields=fields)

    @router.post("/frister/kalender/steng")
    def shut_calendar(request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(guest: Guest) -> object:
            return close_calendar(site.db, person=guest.person, now=site.clock())

        return _run(site, request, "", act, said="stengt", fields=fields)


def ask_to_come_in(site: Site) -> Response:
    """What somebody without a session meets."""
    return pages.come_in(
        site,
        "Åpne fristene dine fra e-posten",
        "Du er ikke inne, eller det er gått mer enn åtte timer siden du åpnet dem.",
        "Trykk på lenken i den siste e-posten om frister en gang til.",
    )


def _measure(site: Site, id_: str, guest: Guest, fields: Mapping[str, str]) -> object:
    day = _day(fields["maltdag"])
    if day is None:
        return Refused(reasons=(_no_day(fields["maltdag"], "maltdag"),))
    found = _stored(site, id_)
    if found.obligation.key.kind != MEASUREMENT:
        raise Unknown("obligation", id_)
    with site.db.reading() as tx:
        told = projects.facts(tx, found.project or "").get(projects.LISTED, ())
    asked = told_by(found.obligation.key.occurrence, told)
    if asked is None:
        raise Unknown("obligation", id_)
    benefit, indicator = asked
    try:
        return measure_benefit(
            site.db,
            key=found.project or "",
            benefit=str(benefit["id"]),
            indicator=str(indicator["id"]),
            value=fields["verdi"],
            measured_on=day,
            by=guest.person,
            now=site.clock(),
        )
    except BadFacts as wrong:
        places = {"on": "maltdag"}
        return Refused(
            reasons=tuple(
                Reason(code=one.code, data={**one.data, "field": places.get(one.path, "verdi")})
                for one in wrong.problems
            )
        )


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _no_day(given: str, field: str) -> Reason:
    return Reason(code=_UNREADABLE, data={"due": given[:40], "field": field})


def _stored(site: Site, id_: str) -> Stored:
    """One obligation as it is kept. Raises Unknown."""
    with site.db.reading() as tx:
        found = obligations.by_id(tx, id_)
    if found is None:
        raise Unknown("obligation", id_)
    return found


def _view(site: Site, id_: str) -> ObligationView:
    """One obligation as it stands. Raises Unknown."""
    found = _stored(site, id_)
    with site.db.reading() as tx:
        (view,) = show_obligations(tx, [found], on=local_date(site.clock()))
    return view


def _run(
    site: Site, request: Request, id_: str, act: Deed, *, said: str, fields: Mapping[str, str]
) -> Response:
    """Do what has been asked for, and show the page again where they were."""
    guest = cookies.guest_owing(request, site=site, now=site.clock())
    if guest is None:
        return ask_to_come_in(site)
    try:
        done = act(guest)
    except NotAllowed as refused:
        done = Refused(reasons=(Reason(code=refused.code, data=refused.data),))
    except Unknown:
        raise HTTPException(404) from None
    reasons = done.reasons if isinstance(done, Refused) else ()
    # What was done elsewhere, as a measurement or an approval, settles what is shown here.
    plan_obligations(site.db, now=site.clock())
    if all(one.code in _ALREADY for one in reasons):
        return RedirectResponse(f"/frister?gjort={said}", status_code=303)
    errors = [_error(one, id_) for one in reasons]
    typed = {f"{_IDS.get(name, name)}-{id_}": value for name, value in fields.items()}
    return _page(site, guest, status=422, opened=id_, errors=errors, typed=typed)


def _error(reason: Reason, id_: str) -> FormError:
    field = _FIELDS.get(reason.code) or _FIELDS.get(str(reason.data.get("field")), "")
    text = sentence(reason)
    if reason.code == _UNREADABLE:
        field = str(reason.data["field"])
        text = f"«{reason.data['due']}» er ikke en dato. Skriv den som 2025-04-04."
    return FormError(field=f"{field}-{id_}" if field else "", text=text)


def _page(
    site: Site,
    guest: Guest,
    *,
    status: int = 200,
    opened: str = "",
    done: str = "",
    errors: list[FormError] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    now = site.clock()
    today = local_date(now)
    with site.db.reading() as tx:
        mine = show_mine(tx, guest.person, now=now, forms=True)
        follows = may_follow_up(tx, directory(tx, on=today), guest.person, on=today)
        others = show_others(tx, guest.person, now=now) if follows else ()
        name = people.names(tx, [guest.person]).get(guest.person, "")
        token = calendar_token(tx, keys=site.keys, person=guest.person, now=now)
    feed = "" if token is None else f"{site.settings.base_url.rstrip('/')}{CALENDAR}{token}.ics"
    return pages.page(
        site,
        "deadlines.html",
        status=status,
        may_read_wheel=may(site, visitor(), Act.READ_WHEEL),
        name=name,
        today=today,
        until=today + SOON,
        now_=grouped(one for one in mine if one.due_on <= today + SOON),
        later=grouped(one for one in mine if one.due_on > today + SOON),
        follows=follows,
        late=grouped(one for one in others if one.late),
        to_accept=grouped(one for one in others if not one.late),
        feed=feed,
        opened=opened,
        said=_DONE.get(done),
        errors=errors or [],
        typed=typed or {},
    )


def _calendar(site: Site, name: str) -> Response:
    """Somebody's own deadlines for their calendar; reading changes nothing, however often programs ask."""
    token, _, ending = name.rpartition(".")
    now = site.clock()
    with site.db.reading() as tx:
        feed = feed_of(tx, token=token, now=now) if ending == "ics" else None
        if feed is None:
            raise HTTPException(404)
        owed = () if feed.dead else show_mine(tx, feed.person, now=now)
    if feed.dead:
        return pages.message(
            site,
            "Kalenderadressen er stengt",
            "Lag en ny på «Mine frister», og ta bort den gamle i kalenderen din.",
            status=410,
        )
    content = deadline_calendar(
        [_event(site, one) for one in owed],
        name="Mine frister",
        host=site.settings.host,
        made_at=now,
    )
    return Response(content, media_type="text/calendar; charset=utf-8")


def _event(site: Site, view: ObligationView) -> Deadline:
    lines = [
        view.project_title,
        if_nothing_words(view.kind, view.if_nothing),
        f"Åpnes med lenken i den siste e-posten om frister fra {site.settings.name}.",
    ]
    return Deadline(
        id=view.id,
        title=f"Frist: {obligation_words(view.kind, view.about)}",
        on=view.due_on,
        at=view.due_time,
        description="\n".join(line for line in lines if line),
    )
