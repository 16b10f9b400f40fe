"""What else happens in the golden world, after the demo's story has been told to its end in May 2025?

Everything that the story has no place for: all kinds of events that had not occurred, open cases in a meeting
and in writing, decisions that wait for politicians, an erased person, letters in every state of the outbox.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from cli.reports import _render
from demo.deadline_story import PERIOD
from demo.meeting_story import SECOND
from demo.scene import BENEFIT_OWNER, OFFICE, OWNER, PROJECT, STUDY_LEADER
from demo.story import CHAIR, Stage
from engine.core.cases.case import CaseState
from engine.core.programme.calendar import local_date, oslo
from engine.core.refusal import Refused
from engine.queries.cases.show_case import show_case
from engine.store import cases, obligations
from engine.use_cases.benefits.estimate_benefit import estimate_benefit
from engine.use_cases.benefits.measure_benefit import measure_benefit
from engine.use_cases.benefits.realise_benefit import realise_benefit
from engine.use_cases.benefits.state_progress import state_progress
from engine.use_cases.cases.amend_case import amend_case
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from engine.use_cases.cases.decide_recusal import decide_recusal
from engine.use_cases.cases.execute_decision import execute_decision, lapse_decision
from engine.use_cases.cases.mark_political import mark_political
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.machinery.housekeeping import keep_house
from engine.use_cases.meetings.run_meeting import add_item
from engine.use_cases.meetings.write_minutes import approve_minutes
from engine.use_cases.obligations.alert_owner import alert_owner
from engine.use_cases.obligations.extend_obligation import extend_obligation
from engine.use_cases.obligations.settle_condition import extend_condition
from engine.use_cases.obligations.settle_obligation import settle_obligation
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.erase_person import erase_person
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.close_programme import close_programme
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer, waive_criterion
from engine.use_cases.projects.change_facts import assign_role
from engine.use_cases.projects.import_projects import import_projects
from engine.use_cases.reports.approve_programme_report import approve_programme_report
from engine.use_cases.reports.close_period import close_period
from engine.use_cases.reports.deliver_report import deliver_report
from engine.use_cases.reports.publish_programme_report import publish_programme_report
from engine.use_cases.reports.score_quality import score_quality
from engine.use_cases.reports.set_light import set_light
from engine.use_cases.reports.write_report_text import write_report_text
from tests.builders import sheet
from workflows import loader

Told = dict[str, Any]
"""What a use case is told, by name."""

MEETING: Final = "styringsgruppa:2025-06-11"
PUBLISHED: Final = "2024-T3"
GONE: Final = "vikar-prosjektleder@example.org"
WORKFLOW: Final = """workflow: liten
version: 1
title: Liten flyt
kind: utviklingsprosjekt
roles: {leader: [utredningsleder, prosjektleder], owner: prosjekteier}
phases:
  - {id: konsept, title: Konsept, reported_as: Konsept, start: true}
  - {id: gjennomfore, title: Gjennomføre, reported_as: Prosjekt}
  - {id: avsluttet, title: Avsluttet, reported_as: Avsluttet, end: true}
gates:
  - id: P2
    title: Beslutte gjennomføring
    from: konsept
    decided_by: styringsgruppa
    outcomes: {godkjent: gjennomfore, godkjent_med_forutsetninger: gjennomfore, ikke_godkjent: stay,
               utsatt: stay, avsluttet_uten_videreforing: avsluttet}
    criteria:
      - {id: maal, title: Målene er beskrevet, weight: må, help: Skriv målene., rule: has(project.goals),
         source: "prøve:1"}
      - id: forankret
        title: Eieren står bak
        weight: må
        help: Utredningslederen forklarer, programkontoret bekrefter.
        attest: {explain_by: utredningsleder, confirm_by: programkontor, accept: [ja]}
        waive_by: [programkontor]
        source: "prøve:2"
  - id: P3
    title: Beslutte avslutning
    from: gjennomfore
    decided_by: styringsgruppa
    outcomes: {godkjent: avsluttet, ikke_godkjent: stay}
    criteria:
      - {id: maal, title: Målene er beskrevet, weight: må, help: Skriv målene., rule: has(project.goals),
         source: "prøve:3"}
"""
QUALITY: Final = """
reporting:
  quality:
    title: Kvalitetsindikatorer
    scale: [0, 1, 2, 3]
    indicators:
      - {id: samskaping, title: Samskaping, help: "Er målgruppen reelt med?"}
      - {id: forankring, title: Forankring i linja, help: "Er linja klar til å ta løsningen i bruk?"}
"""
KEYS: Final[Mapping[str, str]] = {
    "skriftlig": "Digital hjemmeoppfølging av hjertesvikt",
    "mote": "Felles inntakskontor for korttidsplasser",
    "mote-to": "Medisinrobot i omsorgsboliger",
    "utfort": "Nytt responssenter",
    "falt": "Sammenslåing av to dagsentre",
    "politisk": "Ombygging av helsehus til mestringsenhet",
    "trukket": "Elektronisk lås i alle soner",
    "oppover": "Turnus med lengre vakter",
    "rullert": "Opplæringspakke for nye assistenter",
    "frafalt": "Kartlegging av ernæring",
}
SEATS: Final = ("kommunaldirektor-st", "kommunalsjef-hjemme", "kommunalsjef-sykehjem", "kommunalsjef-boa")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of 2025, told in Oslo's time."""
    return oslo(date(2025, month, day), time(hour, minute))


def done(answer: Any) -> Any:
    """What a use case answered, which must not be a refusal."""
    assert not isinstance(answer, Refused), answer
    return answer


@dataclass(slots=True)
class Acts:
    """The stage, and what came of it: cases by the project they are about."""

    stage: Stage
    until: Callable[[datetime], None]
    """Let the days pass, with a round of the worker each morning."""
    cases: dict[str, str] = field(default_factory=dict)

    @property
    def db(self) -> Any:
        """The database."""
        return self.stage.db

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.stage.clock()

    def everything(self) -> None:
        """All of it, in order of time; the clock then stands at the world's own present."""
        self.until(at(5, 30, 9))
        self._prepare()
        self._ask_in_writing()
        self.until(at(6, 2, 9))
        self._ask_for_the_meeting()
        self._benefits()
        self._reports()
        self.until(at(6, 3, 14))
        self._decide()
        self.until(at(6, 4, 10))
        self._politics()
        self._people()
        self._owed()
        self.until(at(6, 5, 10))
        self._publish()
        done(approve_minutes(self.db, meeting=SECOND, by=OFFICE, now=self.now))
        self.until(at(6, 10, 8, 30))
        self._answer_some()
        keep_house(self.db, now=self.now)
        self.until(at(6, 10, 9))
        self._close()

    def _prepare(self) -> None:
        text = loader.read_programme("trondheim")
        load_programme(self.db, text=text.rstrip() + "\n" + QUALITY, now=self.now)
        register_definition(self.db, text=WORKFLOW, now=self.now)
        register_person(self.db, name="Vikarierende prosjektleder", email=GONE, now=self.now)
        rows = [
            {
                "key": key,
                "title": title,
                "workflow": "liten",
                "phase": "konsept",
                "started_on": "2025-02-01",
                "goals": "Flere kan bo hjemme lenger.",
                "utredningsleder": STUDY_LEADER,
                "prosjekteier": OWNER,
            }
            for key, title in KEYS.items()
        ]
        import_projects(self.db, sheet=sheet(rows), effective=date(2025, 2, 1), now=self.now)
        told: Told = {"criterion": "forankret", "now": self.now}
        for key in KEYS:
            if key == "frafalt":
                reason = "Eieren er ny og rekker det ikke før møtet."
                done(waive_criterion(self.db, key=key, reason=reason, by=OFFICE, **told))
                continue
            words = "Eieren har lest forslaget."
            done(answer_criterion(self.db, key=key, value="ja", explanation=words, by=STUDY_LEADER, **told))
            done(confirm_answer(self.db, key=key, by=OFFICE, **told))

    def _ask(self, key: str, handling: str | None) -> None:
        proposal = f"{KEYS[key]} går til gjennomføring."
        opened = request_transition(
            self.db, key=key, proposal=proposal, by=STUDY_LEADER, handling=handling, now=self.now
        )
        assert isinstance(opened, Opened), opened
        self.cases[key] = opened.case

    def _ask_in_writing(self) -> None:
        for key in ("utfort", "falt", "politisk", "trukket"):
            self._ask(key, "skriftlig")
        for key in ("utfort", "falt", "politisk"):
            reason = "Saken flytter stillinger mellom byrådsavdelingene."
            done(mark_political(self.db, case=self.cases[key], reason=reason, by=STUDY_LEADER, now=self.now))
        role: Told = {"key": "skriftlig", "role": "prosjektleder", "who": GONE}
        assign_role(self.db, **role, valid_from=local_date(self.now), by=OFFICE, now=self.now)

    def _ask_for_the_meeting(self) -> None:
        for key in ("mote", "mote-to", "frafalt"):
            self._ask(key, None)
        self._ask("oppover", None)
        items = (
            ("orientering", "Status for velferdsteknologien", "Tre av fire soner er i gang."),
            ("drofting", "Rekkefølgen i høst", "Hva skal vente til etter budsjettet?"),
        )
        for kind, title, text in items:
            told = {"meeting": MEETING, "kind": kind, "title": title, "text": text}
            done(add_item(self.db, **told, by=OFFICE, now=self.now))

    def answer(self, key: str, choice: str, *, seats: Sequence[str] = (), **words: str) -> None:
        """Let everybody on a case's roll, or these seats, answer it."""
        with self.db.reading() as tx:
            state = cases.state(tx, self.cases[key])
        assert state is not None
        for entry in state.roll:
            if entry["person"] and (not seats or entry["seat"] in seats):
                self._cast(state, entry, choice, words)

    def _cast(
        self, state: CaseState, entry: Mapping[str, Any], choice: str, words: Mapping[str, str]
    ) -> None:
        with self.db.reading() as tx:
            now_at = cases.state(tx, state.id)
        if now_at is None or now_at.status != "open":
            return
        done(
            cast_ballot(
                self.db,
                case=state.id,
                person=entry["person"],
                seat=entry["seat"],
                choice=choice,
                version=now_at.version,
                nonce=f"{state.id}-{entry['seat']}-{choice}",
                now=self.now,
                **words,
            )
        )

    def _decide(self) -> None:
        """On 3 June, after the papers for the 11th have closed."""
        done(
            withdraw_case(
                self.db, case=self.cases["trukket"], by=OFFICE, reason="Låsene er utsolgt.", now=self.now
            )
        )
        self.answer("utfort", "godkjenn")
        self.answer("falt", "godkjenn")
        words = {"condition": "Vis hva ombyggingen koster i drift."}
        self.answer("politisk", "godkjenn_med_forutsetninger", seats=SEATS[:1], **words)
        self.answer("politisk", "godkjenn", seats=("kommunaldirektor-ho", *SEATS[1:], "kommunalsjef-arbeid"))
        fixed = (
            Condition(
                text="Driftskostnadene er vist.", owner="Utredningsleder", due="2025-06-20", blocks=True
            ),
            Condition(text="Pårørende er hørt.", owner="Utredningsleder", due="2025-08-15"),
        )
        done(
            conclude_case(
                self.db,
                case=self.cases["politisk"],
                by=CHAIR,
                outcome="godkjent_med_forutsetninger",
                wording="Ombyggingen går videre når driften er vist.",
                conditions=fixed,
                now=self.now,
            )
        )
        for seat in SEATS:
            self._recuse("oppover", seat)

    def _recuse(self, key: str, seat: str) -> None:
        told: Told = {
            "case": self.cases[key],
            "seat": seat,
            "recused": True,
            "reason": "Nær slekt leder fagforeningen.",
        }
        done(decide_recusal(self.db, **told, by=OFFICE, now=self.now))

    def _politics(self) -> None:
        ends: tuple[tuple[str, Callable[..., Any], Told], ...] = (
            ("utfort", execute_decision, {"reference": "Bystyresak 77/25"}),
            ("falt", lapse_decision, {"reason": "Bystyret vil beholde begge dagsentrene."}),
        )
        for key, use_case, word in ends:
            done(use_case(self.db, case=self.cases[key], **word, by=OFFICE, now=self.now))
        self._ask("skriftlig", "skriftlig")
        self._ask("rullert", "skriftlig")
        done(
            amend_case(
                self.db,
                case=self.cases["skriftlig"],
                what="Rettet en skrivefeil i forslaget.",
                by=OFFICE,
                substance=False,
                proposal=f"{KEYS['skriftlig']} går til gjennomføring i to soner.",
                now=self.now,
            )
        )
        for seat in ("programstyret-st", "programstyret-finans"):
            self._recuse("oppover", seat)
        (condition, *_) = self._conditions("politisk")
        told: Told = {"condition": condition, "due": date(2025, 6, 27), "reason": "Regnskapet kommer i juni."}
        done(extend_condition(self.db, **told, by=OFFICE, now=self.now))

    def _conditions(self, key: str) -> list[str]:
        with self.db.reading() as tx:
            view = show_case(tx, self.cases[key], now=self.now)
            return [f"{view.number}:{one.id}" for one in view.conditions]

    def _people(self) -> None:
        away: Told = {
            "who": "kommunalsjef-boa@example.org",
            "away_from": date(2025, 6, 5),
            "away_to": date(2025, 6, 20),
        }
        register_absence(self.db, **away, now=self.now)
        register_person(self.db, name="Ny kommunalsjef arbeid", email="ny-arbeid@example.org", now=self.now)
        seat: Told = {"body": "styringsgruppa", "seat": "kommunalsjef-arbeid", "who": "ny-arbeid@example.org"}
        assign_seat(self.db, **seat, valid_from=date(2025, 6, 5), now=self.now)
        erase_person(self.db, who=GONE, now=self.now)

    def _benefits(self) -> None:
        told: Told = {"key": PROJECT, "by": BENEFIT_OWNER, "now": self.now}
        goal = {"benefit": "tilsyn-natt", **told}
        on: Told = {"measured_on": date(2025, 3, 3), "comment": "Telling i to soner."}
        done(measure_benefit(self.db, **goal, value="79", as_baseline=True, **on))
        done(measure_benefit(self.db, **goal, value="71", measured_on=date(2025, 5, 26), comment="Én sone."))
        done(
            estimate_benefit(
                self.db, **goal, fte={"2027": "3", "2028": "4,5"}, kroner={"2028": "2900000"}, period=PERIOD
            )
        )
        done(
            realise_benefit(self.db, **goal, fte={"2025": "0,5"}, kroner={}, comment="Nattevakta i én sone.")
        )
        column: Told = {
            "period": PERIOD,
            "column": "tidsfrist",
            "progress": "under_arbeid",
            "reason": "Avklares i juni.",
        }
        done(state_progress(self.db, **told, **column))

    def _reports(self) -> None:
        told: Told = {"period": PERIOD, "now": self.now}
        light: Told = {"area": "okonomi", "light": "gul", "reason": "To prosjekter venter på midler."}
        done(set_light(self.db, **light, by=OFFICE, **told))
        text = "Velferdsteknologien er i bruk i tre av fire soner."
        write_report_text(self.db, place="sammendrag", text=text, by=OFFICE, **told)
        for by in (STUDY_LEADER, OWNER):
            scores = {"samskaping": "2", "forankring": "3"}
            done(score_quality(self.db, key=PROJECT, told=scores, by=by, comment="Etter samtale.", **told))
        raw = {"progress": "Alle soner er i gang."}
        done(deliver_report(self.db, key=PROJECT, raw=raw, by=STUDY_LEADER, **told))

    def _owed(self) -> None:
        """Settle what is the first to let itself be settled, give another one a new date, alert an owner."""
        with self.db.reading() as tx:
            owed = [one.id for one in obligations.list_obligations(tx)]
        why: Told = {"by": OFFICE, "now": self.now}
        later: Told = {"due": date(2025, 9, 1), "reason": "Etter sommeren."}
        acts: tuple[Callable[[str], Any], ...] = (
            lambda one: settle_obligation(self.db, obligation=one, note="Gjort i dag.", **why),
            lambda one: extend_obligation(self.db, obligation=one, **later, **why),
            lambda one: alert_owner(self.db, obligation=one, **why),
        )
        for act in acts:
            took = next((one for one in owed if not isinstance(act(one), Refused)), None)
            assert took is not None, act
            owed.remove(took)

    def _publish(self) -> None:
        told: Told = {"period": PUBLISHED, "by": OFFICE, "now": self.now}
        done(approve_programme_report(self.db, **told))
        despite = "Avvikene er kjent og rettes i neste rapport."
        made = _render("Programkontoret", "programkontor@example.org")
        done(publish_programme_report(self.db, despite=despite, render=made, **told))
        done(close_period(self.db, period=PUBLISHED, by=OFFICE, now=self.now))

    def _answer_some(self) -> None:
        self.answer("skriftlig", "godkjenn", seats=("kommunaldirektor-st", "kommunalsjef-hjemme"))
        comment = {"comment": "Leverandøren er i familien."}
        self.answer("skriftlig", "inhabil", seats=("kommunalsjef-sykehjem",), **comment)
        words = {"condition": "Evalueres etter et halvt år."}
        self.answer("mote", "godkjenn_med_forutsetninger", seats=("kommunalsjef-hjemme",), **words)
        self.answer("mote", "ta_i_motet", seats=("kommunalsjef-psykisk-helse",))

    def _close(self) -> None:
        end: Told = {"ended_on": date(2025, 12, 31), "heir": "programleder@example.org"}
        done(close_programme(self.db, **end, by=OFFICE, now=self.now))
