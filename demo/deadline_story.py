"""What happens between the two meetings? Part 2 of the story: the conditions of BP2, Easter week and the
first tertial's report, chased by the calendar over real SMTP, a day at a time.

Nobody in the story remembers anything. What they are told, on which day, is the whole point.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from typing import Final

from demo import meeting_story
from demo.mailbox import Mail
from demo.scene import BENEFIT_OWNER, OFFICE, OWNER, PROJECT, STUDY_LEADER
from demo.story import Narrate, Stage, Tell, Told, check, kind_of
from demo.visitor import Visitor
from engine.core.programme.calendar import is_working_day, local_date, oslo
from engine.core.record.letters import AGENDA, MEETING_CHANGED, REMINDER
from engine.core.refusal import Refused
from engine.queries.programme.in_force import programme_in_force
from engine.store import cases
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.change_facts import assign_role, change_facts
from engine.use_cases.reports.approve_report import approve_report
from workflows import loader

PERIOD: Final = "2025-T1"
WAITING: Final = "demenslandsby"
"""The project whose case was to come up in Easter week."""
REPORT: Final = f"/rapportering/{PROJECT}/{PERIOD}"


def play(stage: Stage, tell: Tell = lambda _when, _what: None) -> Told:
    """Play parts 1, 2 and 3 of the story; `tell` hears each step as it happens."""
    return meeting_story.play(stage, tell, between=follow_up)


def follow_up(stage: Stage, told: Told, narrate: Narrate) -> None:
    """Play part 2, from the day after the first meeting to the Monday of BP3."""
    post = _Post(stage)
    _appoint_leader(stage)
    _conditions(stage, told, narrate, post)
    _easter(told, narrate, post)
    _tertial(stage, told, narrate, post)
    _look_back(told, narrate, post)


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return oslo(date(2025, month, day), time(hour, minute))


@dataclass(slots=True)
class _Post:
    """Everything that has been delivered since the first meeting, by day."""

    stage: Stage
    letters: list[tuple[date, Mail]] = field(default_factory=list)

    def until(self, instant: datetime) -> None:
        """Let the days pass: a round every morning at one minute past eight, and one at the end."""
        day = local_date(self.stage.clock())
        while (morning := oslo(day, time(8, 1))) < instant:
            if morning > self.stage.clock():
                self.stage.clock.go_to(morning)
                self._take()
            day += timedelta(days=1)
        self.stage.clock.go_to(instant)
        self._take()

    def _take(self) -> None:
        before = len(self.stage.mailbox.all())
        self.stage.deliver()
        today = local_date(self.stage.clock())
        self.letters += [(today, mail) for mail in self.stage.mailbox.all()[before:]]

    def of(self, kind: str, *, to: str | None = None, on: date | None = None) -> list[Mail]:
        """Letters of a kind, to somebody and on a day if asked."""
        return [
            mail
            for day, mail in self.letters
            if (to is None or mail.recipient == to)
            and (on is None or day == on)
            and kind_of(self.stage, mail) == kind
        ]

    def told_of(self, words: str) -> list[tuple[str, str]]:
        """The day and receiver of every reminder that says these words."""
        return [
            (f"{day.day}.{day.month}.", mail.recipient)
            for day, mail in self.letters
            if words in mail.text and kind_of(self.stage, mail) == REMINDER
        ]


def _appoint_leader(stage: Stage) -> None:
    """As the group decided: whoever led the concept leads the project."""
    stage.clock.go_to(_at(2, 6, 9))
    now = stage.clock()
    role = {"key": PROJECT, "role": "prosjektleder", "who": STUDY_LEADER}
    assign_role(stage.db, **role, valid_from=local_date(now), by=OFFICE, now=now)


def _conditions(stage: Stage, told: Told, narrate: Narrate, post: _Post) -> None:
    post.until(_at(3, 12, 9))
    check(
        told,
        "F2 er minnet 28. februar og 11. mars",
        (seen := post.told_of("F2: ")) == [("28.2.", STUDY_LEADER), ("11.3.", STUDY_LEADER)],
        seen=seen,
    )
    meeting_story.settle(stage, told, "F2", at=_at(3, 12, 10), evidence="Oversikten over gjeldende avtaler")
    narrate("Avtaleoversikten er lastet opp, og programkontoret godtar F2.")
    post.until(_at(3, 14, 18))
    check(told, "Ingen påminnelse om F2 på fristen 14. mars", post.told_of("F2: ") == seen)
    post.until(_at(4, 8, 10))
    minded = post.told_of("F1: ")
    narrate("Programkontoret får vite at F1 er over fristen.", told=minded)
    check(
        told,
        "F1 er minnet 21. mars, 1. april og 4. april, og programkontoret får vite det 8. april",
        minded
        == [
            ("21.3.", BENEFIT_OWNER),
            ("1.4.", BENEFIT_OWNER),
            ("4.4.", BENEFIT_OWNER),
            ("8.4.", OFFICE),
        ],
        seen=minded,
    )
    text = "".join(mail.text for mail in post.of(REMINDER, to=OFFICE, on=date(2025, 4, 8)))
    check(told, "Brevet nevner de tre dagene", "21.03.2025, 01.04.2025 og 04.04.2025" in text, text=text)
    check(told, "Brevet har de tre valgene", "Ring · Gi ny frist · Varsle prosjekteier" in text)
    check(told, "Ingen overordnet er varslet av maskinen", OWNER not in {who for _, who in minded})
    _ask_before_easter(stage)
    post.until(_at(4, 9, 12, 1))
    meeting_story.settle(
        stage, told, "F1", at=_at(4, 10, 9), evidence="Sone 1: 41, sone 2: 38 tilsyn per natt"
    )
    narrate("Nullpunktet er målt i to soner, og F1 er godtatt.")
    post.until(_at(4, 10, 9, 1))
    stage.clock.go_to(_at(4, 10, 9, 30))
    # Programkontoret takes the meeting of Easter week out of the programme file, and loads it.
    load_programme(stage.db, text=loader.read_programme("trondheim"), now=stage.clock())
    post.until(_at(4, 15, 18))
    check(told, "Stigen stopper samme minutt", post.told_of("F1: ") == minded)


def _easter(told: Told, narrate: Narrate, post: _Post) -> None:
    """The meeting of Easter week is called, and then cancelled: it was asked for before 12.00 on 9 April."""
    changed = post.of(MEETING_CHANGED)
    called = post.of(AGENDA)
    narrate("Møtet i påskeuka utgår, og saken flyttes til 30. april.", letters=len(changed))
    check(told, "Møtet 16. april var kalt inn", len({mail.recipient for mail in called}) == 9)
    check(
        told,
        "Alle som var kalt inn, får vite at møtet utgår",
        sorted(mail.recipient for mail in changed) == sorted(mail.recipient for mail in called),
        letters=len(changed),
    )
    text = changed[0].text if changed else ""
    check(told, "Brevet sier at møtet utgår og hvor sakene går", "utgår" in text and "30. april" in text)
    before, after = [_event(one[0]) if one else ("", "", 0) for one in (called, changed)]
    check(
        told,
        "Kalenderinvitasjonen avlyses: samme hendelse, ikke en ny",
        before[0] == after[0] != "" and after[1] == "CANCEL" and after[2] > before[2],
        before=before,
        after=after,
    )


_OF_EVENT: Final = ("UID", "METHOD", "SEQUENCE")


def _event(mail: Mail) -> tuple[str, str, int]:
    """The UID, method and sequence of the invitation in a letter."""
    for part in message_from_bytes(mail.raw, policy=policy.default).walk():
        if part.get_content_type() == "text/calendar":
            text = part.get_content().replace("\r\n ", "").replace("\n ", "")
            found = {name: re.search(rf"^{name}:(.*?)\r?$", text, re.M) for name in _OF_EVENT}
            uid, method, number = ("" if one is None else one[1] for one in found.values())
            return uid, method, int(number or 0)
    return "", "", 0


def _tertial(stage: Stage, told: Told, narrate: Narrate, post: _Post) -> None:
    post.until(_at(4, 29, 10))
    with stage.db.reading() as tx:
        (case,) = [one for one in cases.list_cases(tx, project=WAITING) if one.status == "open"]
    check(told, "Saken står på lista til 30. april", (case.meeting or "").endswith("2025-04-30"))
    withdraw_case(stage.db, case=case.id, by=OFFICE, reason="Prosjektet vil utrede mer.", now=stage.clock())
    post.until(_at(4, 30, 10))
    opened = post.of(REMINDER, to=STUDY_LEADER, on=date(2025, 4, 30))
    text = opened[0].text if opened else ""
    narrate(
        "1. tertial slutter, og prosjektlederen får skjemaet.", subject=opened[0].subject if opened else ""
    )
    check(
        told,
        "Skjemaet åpner 30. april med frist torsdag 15. mai",
        "1. tertial 2025" in text and "15. mai" in text,
        text=text,
    )
    page = _read_form(stage, opened[0]) if opened else ""
    check(told, "Siden sier fristen", "Rapporter innen torsdag 15. mai" in page, page=page[:200])
    check(told, "Skjemaet har sju felt og er ferdig utfylt", "Sju felt" in page)
    post.until(_at(5, 15, 18))
    days = ("12.5.", "15.5.")
    minded = [one for one in post.told_of("Statusrapport for prosjektet, 1. tertial") if one[0] in days]
    check(
        told,
        "Prosjektlederen minnes 12. og 15. mai",
        [one for one in minded if one[1] == STUDY_LEADER] == [(day, STUDY_LEADER) for day in days],
        seen=minded,
    )
    _deliver(stage, told, narrate, post)


def _read_form(stage: Stage, mail: Mail) -> str:
    with Visitor(stage.base_url) as leader:
        _come_in(leader, mail)
        return str(leader.open(REPORT).text)


def _come_in(visitor: Visitor, mail: Mail) -> None:
    visitor.fill(visitor.open(str(mail.link)), "kode", {"kode": mail.code or ""})


def _deliver(stage: Stage, told: Told, narrate: Narrate, post: _Post) -> None:
    post.until(_at(5, 16, 10, 42))
    told_so = {"progress": "Nullpunktet er målt i to soner, og avtalene er samlet."}
    with Visitor(stage.base_url) as leader:
        _come_in(leader, post.of(REMINDER, to=STUDY_LEADER)[-1])
        page = leader.fill(leader.open(REPORT), "progress", told_so)
    check(told, "Rapporten er levert, én dag for sent", "levert fredag 16. mai" in page.text)
    post.until(_at(5, 16, 11, 30))
    # The owner has no letter that day: the button is pressed where the page of their own deadlines leads.
    approved = approve_report(stage.db, key=PROJECT, period=PERIOD, by=OWNER, now=stage.clock())
    check(told, "Prosjekteier har godkjent den", not isinstance(approved, Refused))
    narrate("Rapporten er levert, og prosjekteier har godkjent den.")
    post.until(_at(5, 19, 9))
    title = "Implementering av eksisterende velferdsteknologi"
    late = _about(post.of(REMINDER, on=date(2025, 5, 19)), title)
    mine = [day for day, who in post.told_of("Statusrapport") if who == STUDY_LEADER]
    check(told, "Varselet mandag 19. mai går ikke", not late, seen=late)
    check(told, "Den som har levert, minnes ikke mer", mine == ["30.4.", "12.5.", "15.5."], seen=mine)


def _about(mails: list[Mail], title: str) -> list[str]:
    """The entries of digests that are the report of this project: its name and its project on two lines."""
    found = []
    for mail in mails:
        lines = [line.strip() for line in mail.text.splitlines()]
        found += [
            line for line, below in pairwise(lines) if "Statusrapport" in line and below.startswith(title)
        ]
    return found


def _look_back(told: Told, narrate: Narrate, post: _Post) -> None:
    digests = [(day, mail.recipient) for day, mail in post.letters if kind_of(post.stage, mail) == REMINDER]
    narrate(f"{len(digests)} påminnelsesbrev er sendt fra 6. februar til 19. mai.")
    check(told, "Ingen har fått to påminnelsesbrev samme dag", len(digests) == len(set(digests)))
    with post.stage.db.reading() as tx:
        policy = programme_in_force(tx).calendar.policy()
    free = [day for day, _ in digests if not is_working_day(day, policy)]
    check(told, "Ingen ble minnet på en fridag", not free)


def _ask_before_easter(stage: Stage) -> None:
    """A second project asks for its end, in time for the meeting of Easter week."""
    now = stage.clock()
    facts = {
        "closing_reason": "Behovet dekkes av et annet prosjekt.",
        "experience_carried_to": "Fagmiljøet for sykehjem",
    }
    change_facts(stage.db, key=WAITING, changes=facts, by=OFFICE, effective=local_date(now), now=now)
    asked = request_transition(
        stage.db,
        key=WAITING,
        gate="STANS",
        proposal="1. Konseptarbeidet avsluttes uten videreføring.",
        by=OFFICE,
        now=now,
    )
    assert isinstance(asked, Opened), asked
