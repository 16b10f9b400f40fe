"""What happens in the story when the group meets? From BP2 to BP3, in two meetings, over real SMTP and
HTTP.

The same project as in `demo.story`, the way Trondheim's own group works: answers by letter are given
beforehand, the chair concludes in the meeting, the secretary keeps the list. A second case is stopped at
the same meeting.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final

from httpx2 import Response

from demo import scene
from demo.mailbox import Mail
from demo.scene import OFFICE, OWNER, PROJECT
from demo.story import (
    BASELINE_CONDITION,
    CHAIR,
    DEPUTY,
    LATE,
    MEMBER,
    Narrate,
    Stage,
    Tell,
    Told,
    check,
    kind_of,
    narrator,
    standing,
)
from demo.visitor import Visitor
from engine.core.cases import case as cases_case
from engine.core.programme.calendar import oslo
from engine.core.record.letters import REMINDER
from engine.core.refusal import Refused
from engine.store import cases, outbox, projects
from engine.store.record import ledger
from engine.use_cases.cases.amend_case import Amended, amend_case
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.obligations.settle_condition import settle_condition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.change_facts import assign_role, change_facts
from language.sentences import sentence

STOPPED: Final = "tverrfaglig-boligradgivning"
RECUSED: Final = "kommunalsjef-sykehjem@example.org"
CONDITIONAL: Final = "kommunalsjef-boa@example.org"
SILENT: Final = ("kommunalsjef-psykisk-helse@example.org", LATE)
FIRST: Final = "styringsgruppa:2025-02-05"
SECOND: Final = "styringsgruppa:2025-05-28"


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return oslo(date(2025, month, day), time(hour, minute))


Between = Callable[[Stage, Told, Narrate], None]
"""What happens from the first meeting to the second."""


def play(stage: Stage, tell: Tell = lambda _when, _what: None, *, between: Between | None = None) -> Told:
    """Play parts 1 and 3 of the story; `tell` hears each step as it happens. `between` is part 2; without it
    the conditions are met, and nobody looks.
    """
    told = Told()
    teller = _Teller(stage, told, tell)
    told.before = standing(stage)
    try:
        teller.ask_for_bp2()
        teller.call_the_first_meeting()
        teller.answer_beforehand()
        teller.hold_the_first_meeting()
        (between or meet_the_conditions)(stage, told, narrator(stage, told, tell))
        teller.ask_for_bp3()
        teller.change_the_papers()
        teller.hold_the_second_meeting()
    finally:
        teller.leave()
    told.after = standing(stage)
    return told


def meet_the_conditions(stage: Stage, told: Told, narrate: Narrate) -> None:
    """Both are met in time, and programkontoret accepts them."""
    settle(stage, told, "F2", at=_at(3, 12, 10), evidence="Avtaleoversikten")
    settle(stage, told, "F1", at=_at(4, 10, 9), evidence="41 og 38 tilsyn per natt")
    narrate("Begge forutsetningene fra BP2 er oppfylt.")


def settle(stage: Stage, told: Told, condition: str, *, at: datetime, evidence: str) -> None:
    """Programkontoret accepts that a condition of the first case is met."""
    stage.clock.go_to(at)
    settled = settle_condition(
        stage.db, condition=f"1/2025:{condition}", evidence=evidence, by=OFFICE, now=stage.clock()
    )
    check(told, f"{condition} er godtatt", not isinstance(settled, Refused))


class _Teller:
    """The story as it goes: who holds which letter, and which cases there are."""

    def __init__(self, stage: Stage, told: Told, tell: Tell) -> None:
        self._stage = stage
        self._told = told
        self._narrate = narrator(stage, told, tell)
        self._cases: dict[str, str] = {}
        self._letters: dict[str, Mail] = {}
        self._browsers: dict[str, Visitor] = {}

    def ask_for_bp2(self) -> None:
        self._stage.clock.go_to(scene.OPENS_AT)
        asked = self._request(PROJECT, scene.PROPOSAL)
        reasons = [sentence(reason) for reason in asked.reasons] if isinstance(asked, NotReady) else []
        self._narrate("Utredningslederen ber om faseovergang, og får vite alt som mangler.", reasons=reasons)
        self._check("Tre krav gjenstår, og alle nevnes samtidig", len(reasons) == 3)
        self._stage.clock.go_to(_at(1, 24, 10, 20))
        scene.fill_what_is_missing(self._stage.db, now=self._stage.clock())
        opened = self._opened(self._request(PROJECT, scene.PROPOSAL), "BP2")
        slot = opened.term.slot
        self._narrate(f"Sak {opened.number} kommer opp {slot.on if slot else None}.", number=opened.number)
        self._check("Saken lander på møtet 5. februar", slot is not None and slot.on == date(2025, 2, 5))
        facts = {
            "closing_reason": "Gevinstene forsvarer ikke kostnaden.",
            "experience_carried_to": "Fagmiljøet for boligtilpasning",
        }
        self._change(STOPPED, facts)
        stop = request_transition(
            self._stage.db,
            key=STOPPED,
            gate="STANS",
            proposal="1. Konseptarbeidet avsluttes uten videreføring.",
            by=OFFICE,
            now=self._stage.clock(),
        )
        self._opened(stop, "STANS")

    def call_the_first_meeting(self) -> None:
        self._stage.clock.go_to(_at(1, 29, 11, 59))
        self._check("Ingen får sakslista før saksfristen", not self._delivered())
        self._stage.clock.go_to(_at(1, 29, 12, 1))
        mails = self._delivered()
        self._letters = {mail.recipient: mail for mail in mails}
        members = [mail for mail in mails if mail.recipient != OFFICE]
        subject = members[0].subject
        self._narrate(f"{len(members)} medlemmer får hver sitt brev med hele sakslista.", subject=subject)
        self._check("Åtte brev, ett til hver plass, ingen til den som er borte", self._one_each(members))
        self._check("Emnet sier møtet og hvor mange saker", "5. februar: 2 saker" in subject)
        self._check("Ett brev har én lenke og én kode", all(mail.link and mail.code for mail in mails))
        for mail in mails:
            with Visitor(self._stage.base_url) as scanner:
                door = scanner.open(str(mail.link))
                scanner.fill(door, "kode")
        self._check("Skanneren har ikke avgitt noe svar", not self._ballots("BP2"))

    def answer_beforehand(self) -> None:
        self._stage.clock.go_to(_at(1, 30, 8, 12))
        first = self._answer(MEMBER, "BP2", valg="godkjenn")
        self._check("Svaret er registrert", "registrert" in first.text)
        second = self._answer(MEMBER, "STANS", valg="godkjenn")
        self._check("Den andre saken krever ikke ny kode", "registrert" in second.text)
        self._stage.clock.go_to(_at(1, 30, 9, 30))
        page = self._answer(RECUSED, "BP2", valg="inhabil", kommentar="Ektefellen leder en leverandør.")
        self._check("Den inhabile får vite at gruppa avgjør uten", "uten deg" in page.text)
        self._stage.clock.go_to(_at(1, 30, 12))
        self._answer(DEPUTY, "BP2", valg="godkjenn")
        self._answer(CHAIR, "BP2", valg="godkjenn")
        self._stage.clock.go_to(_at(1, 31, 14))
        self._answer(CONDITIONAL, "BP2", valg="godkjenn_med_forutsetninger", forutsetning=BASELINE_CONDITION)
        self._enter(OWNER)
        self._stage.clock.go_to(_at(1, 31, 18))
        self._delivered()
        self._stage.clock.go_to(_at(2, 3, 9, 1))
        reminded = sorted(mail.recipient for mail in self._delivered())
        self._narrate("De som ikke har åpnet sakene, får én påminnelse.", reminded=reminded)
        self._check(
            "Bare de som ikke har åpnet, blir minnet", set(SILENT) <= set(reminded) <= {*SILENT, OFFICE}
        )

    def hold_the_first_meeting(self) -> None:
        self._stage.clock.go_to(_at(2, 5, 9))
        office = self._enter(OFFICE)
        meeting = f"/mote/{FIRST}"
        sitting = [seat for seat in self._seats("BP2") if seat != "kommunalsjef-sykehjem"]
        attendance = {f"til-stede-{seat}": "ja" for seat in sitting}
        office.fill(office.open(meeting), "til-stede-kommunaldirektor-ho", attendance)
        this = {"sak": self._cases["BP2"]}
        found = {"hvem": "kommunalsjef-sykehjem", "inhabil": "ja", "grunn": "Ektefellen leder en leverandør."}
        office.fill(office.open(meeting), "hvem", found, among=this)
        for seat in ("kommunalsjef-psykisk-helse", "kommunalsjef-arbeid"):
            office.fill(office.open(meeting), "valg", {"plass": seat, "valg": "godkjenn"}, among=this)
        self._answer(OWNER, "BP2", valg="avstar", kommentar="Jeg eier prosjektet.")
        self._check("Forhåndssvarene avgjør ikke saken", self._state("BP2").status == "open")
        self._stage.clock.go_to(_at(2, 5, 9, 21))
        terms = {
            "tekst-1": "Nullpunktet er målt i to soner.",
            "ansvar-1": "Gevinstansvarlig",
            "frist-1": "2025-04-04",
            "tekst-2": "Det er laget en oversikt over gjeldende avtaler.",
            "ansvar-2": "Prosjektleder",
            "frist-2": "2025-03-14",
        }
        self._conclude("BP2", "godkjent_med_forutsetninger", scene.PROPOSAL, terms)
        self._conclude(
            "STANS", "avsluttet_uten_videreforing", "Konseptarbeidet avsluttes. Gevinstene er for små."
        )
        self._narrate("Gruppas leder konkluderer i begge sakene.", base=self._tally("BP2"))
        self._check("Grunnlaget er sju plasser", self._tally("BP2")["base"] == 7)
        self._check("Fasen er Planlegge i samme øyeblikk", self._phase(PROJECT) == "planlegge")
        self._check("Det stansede arbeidet er avsluttet", self._phase(STOPPED) == "avsluttet")
        self._finish(FIRST, _at(2, 5, 9, 40), _at(2, 5, 10, 40))
        self._stage.clock.go_to(_at(2, 6, 8))
        with Visitor(self._stage.base_url) as late:
            old = late.open(str(self._letters[LATE].link))
        self._check("Den gamle lenken viser resultatet", "godkjent med forutsetninger" in old.text.lower())
        self._check("Et fast medlem har fått høyst fire e-poster", self._most_mails(FIRST) <= 4)

    def ask_for_bp3(self) -> None:
        self._stage.clock.go_to(_at(5, 19, 9, 15))
        self._make_ready_for_bp3()
        refused = self._request(PROJECT, "1. Prosjektet går til gjennomføring (BP3).")
        missing = [sentence(reason) for reason in refused.reasons] if isinstance(refused, NotReady) else []
        self._narrate("Ett krav gjenstår før BP3.", missing=missing)
        self._check(
            "Siden sier akkurat hva som mangler",
            missing == ["Gevinstmålet «Spart kjøretid» mangler tidsfrist"],
        )
        self._change(PROJECT, {"benefits": [{**one, "due": "2026-12-31"} for one in _BENEFITS]})
        self._stage.clock.go_to(_at(5, 19, 9, 40))
        opened = self._opened(self._request(PROJECT, "1. Prosjektet går til gjennomføring (BP3)."), "BP3")
        slot = opened.term.slot
        self._check("Saken kommer opp 28. mai", slot is not None and slot.on == date(2025, 5, 28))
        self._browsers.pop(MEMBER).close()
        self._stage.clock.go_to(_at(5, 21, 12, 1))
        self._letters |= {mail.recipient: mail for mail in self._delivered()}
        self._stage.clock.go_to(_at(5, 21, 18))
        self._answer(MEMBER, "BP3", valg="godkjenn")
        self._answer(CONDITIONAL, "BP3", valg="godkjenn")
        self._narrate("To har svart innen kvelden.")

    def change_the_papers(self) -> None:
        self._stage.clock.go_to(_at(5, 22, 10))
        self._delivered()
        self._change(PROJECT, {"cost_total": 1_400_000})
        amended = self._amend("Kostnad 1,2 → 1,4 mill. kroner", substance=True)
        told = sorted(mail.recipient for mail in self._delivered())
        self._narrate("Underlaget endres; de som har svart, må svare på nytt.", told=told)
        self._check("Bare de to som hadde svart, får vite det", told == sorted([MEMBER, CONDITIONAL]))
        self._change(PROJECT, {"plan": "Sone for sone, med start i Midtbyen."})
        corrected = self._amend("Skrivefeil i planen rettet", substance=False)
        self._check("En rettelse uten betydning gir ingen ny versjon", corrected.version == amended.version)
        self._check("Rettelsen forstyrrer ingen", not self._delivered())
        self._stage.clock.go_to(_at(5, 27, 9))
        again = self._answer(MEMBER, "BP3", valg="godkjenn")
        self._check("Et medlem svarer på nytt uten kode", "registrert" in again.text)
        self._answer(CONDITIONAL, "BP3", valg="godkjenn")

    def hold_the_second_meeting(self) -> None:
        for who in (CHAIR, "kommunalsjef-medisinske@example.org", *SILENT):
            self._answer(who, "BP3", valg="godkjenn")
        self._answer(RECUSED, "BP3", valg="inhabil", kommentar="Som sist.")
        self._answer(OWNER, "BP3", valg="avstar")
        self._stage.clock.go_to(_at(5, 28, 9, 14))
        self._conclude("BP3", "godkjent", "1. Prosjektet går til gjennomføring (BP3).")
        tally = self._tally("BP3")
        self._narrate("Gruppas leder konkluderer: godkjent.", tally=tally)
        self._check("Seks godkjenner, én avstår, én er inhabil", (tally["for"], tally["abstained"]) == (6, 1))
        self._check("Prosjektet er i gjennomføring", self._phase(PROJECT) == "gjennomfore")
        self._finish(SECOND, _at(5, 28, 9, 30), _at(5, 28, 10))
        with self._stage.db.reading() as tx:
            sound = ledger.verify(tx)
        self._check("Beviset holder", not sound.faults, leaves=sound.leaves)

    def leave(self) -> None:
        """Everybody shuts their browser."""
        for browser in self._browsers.values():
            browser.close()

    # ------------------------------------------------------------------------------------ what people do

    def _request(self, key: str, proposal: str) -> Opened | Refused:
        return request_transition(
            self._stage.db, key=key, proposal=proposal, by=scene.STUDY_LEADER, now=self._stage.clock()
        )

    def _opened(self, asked: Opened | Refused, gate: str) -> Opened:
        assert isinstance(asked, Opened), asked
        self._cases[gate] = asked.case
        return asked

    def _enter(self, who: str) -> Visitor:
        """Come in through one's letter, once; after that the browser is in."""
        if who not in self._browsers:
            self._browsers[who] = Visitor(self._stage.base_url)
        browser, mail = self._browsers[who], self._letters[who]
        door = browser.open(str(mail.link))
        browser.fill(door, "kode", {"kode": mail.code or "", "husk": "ja"})
        return browser

    def _case_page(self, who: str, gate: str, holding: str) -> tuple[Visitor, Response]:
        """A case's page with a form that has such a field; comes in anew when the session has ended."""
        browser, path = self._browsers.get(who), f"/sak/{self._cases[gate]}"
        page = None if browser is None else browser.open(path)
        if browser is None or page is None or f'name="{holding}"' not in page.text:
            browser = self._enter(who)
            page = browser.open(path)
        return browser, page

    def _answer(self, who: str, gate: str, **typed: str) -> Response:
        browser, page = self._case_page(who, gate, "valg")
        return browser.fill(page, "valg", {"kommentar": "", "forutsetning": ""} | typed)

    def _conclude(self, gate: str, outcome: str, wording: str, terms: dict[str, str] | None = None) -> None:
        chair, page = self._case_page(CHAIR, gate, "utfall")
        closed = chair.fill(page, "utfall", {"utfall": outcome, "ordlyd": wording, **(terms or {})})
        decided = self._state(gate).status == "decided"
        self._check(f"Sak om {gate} er konkludert", decided, status=closed.status_code)

    def _finish(self, meeting: str, ended: datetime, sent: datetime) -> None:
        self._stage.clock.go_to(ended)
        office = self._enter(OFFICE)
        path = f"/mote/{meeting}"
        office.post(f"{path}/avslutt")
        self._delivered()
        self._stage.clock.go_to(sent)
        office.post(f"{path}/referat", send="ja")
        minutes = self._delivered()
        self._narrate("Referatet er skrevet av det som ble besluttet, og sendt.", letters=len(minutes))
        self._check("Hvert medlem får referatet", len(minutes) == 8, letters=len(minutes))

    # ------------------------------------------------------------------------------------ what one sees

    def _check(self, what: str, holds: bool, **seen: Any) -> None:
        check(self._told, what, holds, **seen)

    def _delivered(self) -> list[Mail]:
        """What comes now about cases and meetings; a day's reminders are another story."""
        before = len(self._stage.mailbox.all())
        self._stage.deliver()
        return [mail for mail in self._stage.mailbox.all()[before:] if kind_of(self._stage, mail) != REMINDER]

    def _one_each(self, mails: list[Mail]) -> bool:
        who = [mail.recipient for mail in mails]
        return len(who) == len(set(who)) == 8 and scene.ABSENT not in who and DEPUTY in who

    def _ballots(self, gate: str) -> int:
        with self._stage.db.reading() as tx:
            return len(cases.ballots(tx, self._cases[gate]))

    def _state(self, gate: str) -> cases_case.CaseState:
        with self._stage.db.reading() as tx:
            state = cases.state(tx, self._cases[gate])
        assert state is not None
        return state

    def _tally(self, gate: str) -> dict[str, Any]:
        with self._stage.db.reading() as tx:
            case = cases.load(tx, self._cases[gate])
        assert case is not None
        return dict(case.tally or {})

    def _seats(self, gate: str) -> list[str]:
        return [str(entry["seat"]) for entry in self._state(gate).roll if entry["person"]]

    def _phase(self, key: str) -> str:
        with self._stage.db.reading() as tx:
            project = projects.load(tx, key)
        assert project is not None
        return project.phase

    def _most_mails(self, meeting: str) -> int:
        """The most letters any member has been sent about a meeting."""
        with self._stage.db.reading() as tx:
            sent = [
                one for one in outbox.list_letters(tx, subject=f"meeting:{meeting}") if one.state == "sent"
            ]
        return max(sum(one.recipient == other.recipient for one in sent) for other in sent)

    # ------------------------------------------------------------------------------------ what is filled in

    def _change(self, key: str, facts: dict[str, Any]) -> None:
        now = self._stage.clock()
        change_facts(self._stage.db, key=key, changes=facts, by=OFFICE, effective=now.date(), now=now)

    def _amend(self, what: str, *, substance: bool) -> Amended:
        amended = amend_case(
            self._stage.db,
            case=self._cases["BP3"],
            what=what,
            by=OFFICE,
            substance=substance,
            now=self._stage.clock(),
        )
        assert isinstance(amended, Amended), amended
        return amended

    def _make_ready_for_bp3(self) -> None:
        now = self._stage.clock()
        self._change(PROJECT, dict(_READY) | {"benefits": [*_BENEFITS]})
        assign_role(
            self._stage.db,
            key=PROJECT,
            role="prosjektleder",
            who=scene.STUDY_LEADER,
            valid_from=now.date(),
            by=OFFICE,
            now=now,
        )
        for kind in ("styringsdokument", "gevinstrealiseringsplan"):
            add_paper(
                self._stage.db,
                key=PROJECT,
                kind=kind,
                title=kind.capitalize(),
                content=f"# {kind.capitalize()}\n\nEksempel laget for demoen.\n".encode(),
                ending=".md",
                by=OFFICE,
                now=now,
            )


_MEASURED: Final = {"baseline": 79, "baseline_on": "2025-04-09"}
_BENEFITS: Final = tuple(
    {
        **benefit,
        **({"due": "2026-12-31"} if benefit["id"] != "kjoretid" else {}),
        "indicators": [{**one, **_MEASURED} for one in benefit.get("indicators", [])],
    }
    for benefit in scene.MISSING_FACTS["benefits"]
)
_READY: Final = {
    "risks": [
        {
            "title": "For lite tid i sonene",
            "kind": "trussel",
            "probability": 3,
            "consequence": 3,
            "measures": "Fast tid til opplæring i hver sone",
            "owner": scene.BENEFIT_OWNER,
        }
    ],
    "plan": "Sone for sone.",
    "introduction_plan": "Opplæring i hver sone før oppstart.",
    "technology_assessed": "Teknologien er kjøpt og prøvd.",
    "change_load": "Én sone om gangen.",
    "staff_capacity": "Fagledere er satt av.",
    "benefit_assessment": "Vurdert, beskrevet og målbare.",
}
