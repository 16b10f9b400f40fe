"""How does a member stand in a case: answered, recused, or overtaken by a change since they answered?"""

from dataclasses import dataclass
from datetime import datetime

from engine.core.cases.voting import Choice
from engine.queries.cases.show_case import CaseView, SeatView
from engine.queries.meetings.take_part import part_in
from engine.store import cases
from engine.store.session import Connection
from engine.use_cases.access.open_door import Guest
from language import formats


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A member's own standing in a case.

    `seat` is None for whoever does not answer in it. `overtaken` tells what has changed since they answered,
    so that the answer no longer counts; it is empty once they have answered anew.
    """

    seat: SeatView | None = None
    recused: bool = False
    overtaken: tuple[str, ...] = ()

    @property
    def icon(self) -> str:
        """The sign that goes with the word."""
        if self.recused:
            return "out"
        return "met" if self.seat is not None and self.seat.answered else "waiting"

    @property
    def word(self) -> str:
        """«Ikke svart», «Godkjenn», «Du er inhabil»; empty for whoever does not answer."""
        if self.recused and self.seat is not None and self.seat.owner:
            return "Du eier prosjektet og svarer ikke"
        if self.recused:
            return "Du er inhabil"
        if self.seat is None:
            return ""
        if self.seat.requester:
            return "Du har bedt om saken og svarer ikke"
        if self.overtaken:
            return "Saken er endret: svar på nytt"
        if not self.seat.answered:
            return "Ikke svart"
        by = ", ført av sekretær" if self.seat.recorded_by else ""
        return f"Du har svart «{formats.choice_word(self.seat.choice or '')}»{by}"


def own_in(
    tx: Connection, view: CaseView, guest: Guest | None, *, seats: frozenset[str] = frozenset()
) -> Own:
    """The standing of whoever looks at a case. `seats` are theirs in its meeting, recused or not."""
    seat = view.mine
    if guest is None:
        return Own()
    if view.out:
        return Own(seat=seat, recused=True)
    if seat is None:
        found = cases.recusals(tx, view.id)
        return Own(recused=any(found[one].recused for one in seats if one in found))
    recused = seat.recused or seat.choice == Choice.RECUSE
    if seat.answered or recused:
        return Own(seat=seat, recused=recused)
    earlier = [
        one.version
        for one in cases.ballots(tx, view.id)
        if one.seat == seat.seat and one.person == guest.person and one.version < view.version
    ]
    since = max(earlier, default=view.version)
    changes = (one.what for one in view.amendments if one.substance and one.version > since)
    return Own(seat=seat, overtaken=tuple(changes))


def leads_in(view: CaseView) -> bool:
    """Whether the viewer leads the body in this case: whoever is inhabil does not, nor reads why."""
    return any(
        seat.leader and seat.mine and not (seat.recused or seat.choice == Choice.RECUSE)
        for seat in view.seats
    )


def seats_at(tx: Connection, view: CaseView, guest: Guest, *, now: datetime) -> frozenset[str]:
    """The seats a member has at a case's meeting, whoever speaks for them in the case itself."""
    return frozenset() if view.meeting is None else part_in(tx, view.meeting, guest.person, now=now).seats
