"""Is a condition chased at whom the chair made responsible, and does the referat say truly what became of
what the members proposed?
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from cli.checkup import _owners
from demo import scene
from documents.papers.paper import Remark, minutes_of
from engine.core.obligations import owed as core
from engine.core.obligations.owed import NOBODY_FOUND, Obligation
from engine.core.record.events.cases import CaseDecided
from engine.core.record.events.projects import FactsChanged
from engine.core.refusal import Refused
from engine.queries.cases.show_case import show_case
from engine.queries.cases.tally import tally_of
from engine.queries.obligations.answerable import answerable_in, reminded_of
from engine.queries.obligations.what_is_owed import what_is_owed
from engine.store import cases, obligations, people, programmes
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.benefits.add_benefit import add_benefit
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.decision import decision
from engine.use_cases.meetings.write_minutes import model_of
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.projects.change_facts import BadFacts, change_facts
from language.sentences import sentence
from tests import meeting_builders as group
from tests.builders import LEADER as PROJECT_LEADER
from tests.builders import OFFICE
from tests.integration.test_web_meeting import hold_the_meeting
from tests.meeting_builders import MEETING, MEETS, SUPERIORS, email
from tests.web_builders import LEADER, Office

BOA: Final = "kommunalsjef-boa@example.org"
PROPOSED: Final = "Nullpunkt må måles i to soner før planleggingen er ferdig."
REWORDED: Final = "Nullpunktet er målt i to soner."


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    yield from group.a_sound_house(db)


def concluded(db: Database, case: str, owner: str, **more: Any) -> Concluded | Refused:
    condition = Condition(text=REWORDED, owner=owner, due="2025-04-04", **more)
    return conclude_case(
        db,
        case=case,
        by=email("ho"),
        outcome="godkjent_med_forutsetninger",
        wording="Videre.",
        conditions=[condition],
        now=MEETS,
    )


def a_case(db: Database) -> str:
    case = group.a_called_case(db)
    group.votes(db, case, *SUPERIORS)
    return case


def owed(db: Database, case: str) -> Obligation:
    with db.reading() as tx:
        programme, state = programmes.current(tx), cases.state(tx, case)
        assert programme is not None
        assert state is not None
        chain = f"project:{state.project}"
        found = what_is_owed(tx, programme, chain, until=MEETS.date().replace(month=12))
        return next(one for one in found if one.key.kind == core.CONDITION)


@pytest.mark.parametrize("words", ["Gevinstansvarlig velferdsteknologi", "Kari Nordmann", "kari@example.org"])
def test_a_name_that_nobody_can_be_found_for_is_refused_with_those_who_can(
    house: Database, words: str
) -> None:
    case = a_case(house)
    refused = concluded(house, case, words)
    assert isinstance(refused, Refused)
    (reason,) = refused.reasons
    assert reason.code == "condition_owner_unknown"
    told = sentence(reason)
    assert f"«{words}»" in told
    for choice in ("Gevinstansvarlig", "Prosjektleder", "Leder boa"):
        assert choice.casefold() in told.casefold()


@pytest.mark.parametrize(
    ("written", "kind", "id_"),
    [
        ("role:gevinstansvarlig", "role", "gevinstansvarlig"),
        ("Gevinstansvarlig", "role", "gevinstansvarlig"),
        ("prosjektleder", "role", "prosjektleder"),
        ("office:programkontor", "office", "programkontor"),
        ("seat:boa", "seat", "boa"),
    ],
)
def test_a_choice_is_kept_as_it_was_made_and_owed_by_just_that(
    house: Database, written: str, kind: str, id_: str
) -> None:
    case = a_case(house)
    assert isinstance(concluded(house, case, written), Concluded)
    assert (owed(house, case).owner.kind, owed(house, case).owner.id) == (kind, id_)


def test_somebody_else_is_chosen_by_the_address_they_are_registered_with(house: Database) -> None:
    case = a_case(house)
    assert isinstance(concluded(house, case, PROJECT_LEADER.upper()), Concluded)
    with house.reading() as tx:
        view = show_case(tx, case, now=MEETS)
        told = reminded_of(tx, view, on=MEETS.date())
    assert owed(house, case).owner.kind == "person"
    assert told["F1"] == view.conditions[0].owner


def test_every_choice_that_is_offered_can_be_made(house: Database) -> None:
    case = a_case(house)
    with house.reading() as tx:
        state = cases.state(tx, case)
        assert state is not None
        offered = answerable_in(tx, state.project, on=MEETS.date())
    assert len({one.ref for one in offered}) == len(offered) >= 10
    several = [Condition(text="A", owner=one.ref, due="2025-04-04") for one in offered]
    done = conclude_case(
        house,
        case=case,
        by=email("ho"),
        outcome="godkjent_med_forutsetninger",
        wording="Videre.",
        conditions=several,
        now=MEETS,
    )
    assert isinstance(done, Concluded), done


def decided_in_older_words(db: Database, case: str, owner: str) -> None:
    """A decision of the days when whoever was responsible was named in words."""
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        assert state is not None
        old = {"id": "F1", "text": REWORDED, "owner": owner, "due": "2025-04-04", "blocks": False}
        decided: CaseDecided = decision(
            tx,
            state,
            tally_of(state, cases.ballots(tx, case)),
            outcome="godkjent_med_forutsetninger",
            basis="chair",
            now=MEETS,
            by=group.person(db, email("ho")),
            wording="Videre.",
            conditions=[old],
        )
        record(tx, [decided], now=MEETS)


def test_older_words_that_name_nobody_are_programkontorets_matter_and_doctor_says_so(
    house: Database,
) -> None:
    case = a_case(house)
    decided_in_older_words(house, case, "Gevinstansvarlig velferdsteknologi")
    assert owed(house, case).owner == NOBODY_FOUND
    plan_obligations(house, now=MEETS)
    with house.reading() as tx:
        (kept,) = obligations.list_obligations(tx, kind=core.CONDITION)
        view = show_case(tx, case, now=MEETS)
        told = reminded_of(tx, view, on=MEETS.date())
        looked = _owners(tx, MEETS)
    assert kept.obligation.owner == NOBODY_FOUND
    assert told == {"F1": group_name(house, OFFICE)}
    assert looked.status == "wrong"
    assert "en ansvarlig som ikke er funnet" in looked.found
    assert view.conditions[0].owner == "Gevinstansvarlig velferdsteknologi"


def group_name(db: Database, address: str) -> str:
    with db.reading() as tx:
        found = people.by_email(tx, address)
    assert found is not None
    return found.name or ""


def test_older_words_that_name_a_role_are_still_read_as_that_role(house: Database) -> None:
    case = a_case(house)
    decided_in_older_words(house, case, "Gevinstansvarlig")
    assert owed(house, case).owner.id == "gevinstansvarlig"


def test_a_benefit_is_given_to_nobody_by_an_address_that_nobody_has(house: Database) -> None:
    case = a_case(house)
    with house.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    told: dict[str, Any] = {"key": state.project, "by": PROJECT_LEADER, "now": MEETS}
    benefit = {"title": "Færre tilsyn", "kind": "frigjort_tid", "owner": "ingen@example.org"}
    with pytest.raises(BadFacts) as refused:
        add_benefit(house, told=benefit, **told)
    assert [(one.code, one.path) for one in refused.value.problems] == [("benefit.owner_unknown", "owner")]
    with pytest.raises(BadFacts) as also:
        change_facts(house, changes={"benefits": [benefit]}, effective=MEETS.date(), **told)
    (one,) = also.value.problems
    assert (one.code, one.path) == ("benefit.owner_unknown", "benefits[0].owner")
    add_benefit(house, told=benefit | {"owner": OFFICE}, **told)


def test_a_measurement_owed_by_an_address_that_nobody_has_any_more_is_programkontorets_matter(
    house: Database,
) -> None:
    case = a_case(house)
    with house.writing() as tx:
        state, programme = cases.state(tx, case), programmes.current(tx)
        assert state is not None
        assert programme is not None
        indicator = {"id": "i1", "title": "Tilsyn", "unit": "tilsyn", "measure_on": ["2025-06-30"]}
        old = {"id": "A1", "title": "Færre tilsyn", "prioritised": True, "owner": "sluttet@example.org"}
        given = FactsChanged(
            project=state.project,
            names=("benefits",),
            effective="2025-02-01",
            values={"benefits": [old | {"indicators": [indicator]}]},
        )
        record(tx, [given], now=MEETS)
        found = what_is_owed(tx, programme, f"project:{state.project}", until=MEETS.date().replace(month=12))
        (measured,) = [one for one in found if one.key.kind == core.MEASUREMENT]
    assert measured.owner == NOBODY_FOUND


# ---------------------------------------------------------------- what became of a proposal


def remarks(model: Mapping[str, Any]) -> list[Remark]:
    (found,) = [one for one in minutes_of(model, version=1, issued_at=MEETS).items if hasattr(one, "remarks")]
    return list(found.remarks)


def proposed(db: Database, case: str) -> str:
    """BoA proposes a condition; the answer's id."""
    found = cast_ballot(
        db,
        case=case,
        person=group.person(db, email("boa")),
        choice="godkjenn_med_forutsetninger",
        condition=PROPOSED,
        version=1,
        nonce="boa",
        now=group.ANSWERED,
    )
    assert isinstance(found, Answered)
    return found.ballot


def model(db: Database, case: str, **more: Any) -> dict[str, Any]:
    assert isinstance(concluded(db, case, "gevinstansvarlig", **more), Concluded)
    with db.reading() as tx:
        return model_of(tx, MEETING, now=MEETS)


def test_a_proposal_the_chair_has_reworded_is_not_said_to_be_left_out(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, *(one for one in SUPERIORS if one != "boa"))
    ballot = proposed(house, case)
    assert not [one for one in remarks(model(house, case, proposals=(ballot,))) if one.condition]


def test_a_proposal_the_chair_has_emptied_is_said_to_be_left_out(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, *(one for one in SUPERIORS if one != "boa"))
    proposed(house, case)
    (one,) = [one for one in remarks(model(house, case, proposals=())) if one.condition]
    assert (one.text, one.left_out) == (PROPOSED, True)


def test_where_nobody_kept_what_a_condition_was_made_from_nothing_is_said_of_it(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, *(one for one in SUPERIORS if one != "boa"))
    proposed(house, case)
    (one,) = [one for one in remarks(model(house, case)) if one.condition]
    assert not one.left_out


def test_the_concluding_form_offers_persons_by_name_and_keeps_whose_proposal_a_row_was(
    meeting_office: Office,
) -> None:
    office = meeting_office
    hold_the_meeting(office)
    given = {"valg": "godkjenn_med_forutsetninger", "forutsetning": PROPOSED, "kommentar": ""}
    member = office.inside(BOA)
    assert member.post(f"/sak/{office.case}/svar", data=_hidden(member, office, "/svar") | given).is_redirect
    chair = office.inside(LEADER)
    page = chair.get(f"/sak/{office.case}").text
    assert re.search(r'<option value="role:gevinstansvarlig">Gevinstansvarlig – \w', page)
    sent = _hidden(chair, office, "/konkluder") | {
        "utfall": "godkjent_med_forutsetninger",
        "ordlyd": "Videre.",
        "tekst-1": REWORDED,
        "ansvar-1": "role:gevinstansvarlig",
        "frist-1": "2025-04-04",
    }
    assert "forslag-1" in sent
    done = chair.post(f"/sak/{office.case}/konkluder", data=sent)
    assert done.status_code == 303, done.text
    told = chair.get(f"/sak/{office.case}").text
    assert "Frist: fredag 4. april. Ansvar: Gevinstansvarlig. Påminnelser går til" in told.replace("  ", " ")
    with office.db.reading() as tx:
        (condition,) = cases.conditions(tx, scene.PROJECT)
        said = model_of(tx, office.meeting or "", now=office.now)
    assert condition.responsible == "role:gevinstansvarlig"
    assert not [one for one in remarks(said) if one.condition]


def test_another_person_without_an_address_is_named_at_the_row(meeting_office: Office) -> None:
    office = meeting_office
    hold_the_meeting(office)
    chair = office.inside(LEADER)
    row = {"tekst-1": REWORDED, "ansvar-1": "annen", "epost-1": "ukjent@example.org", "frist-1": "2025-04-04"}
    outcome = {"utfall": "godkjent_med_forutsetninger", "ordlyd": "Videre."}
    sent = _hidden(chair, office, "/konkluder") | outcome | row
    refused = chair.post(f"/sak/{office.case}/konkluder", data=sent)
    assert refused.status_code == 422
    assert 'href="#ansvar-1"' in refused.text
    assert "«ukjent@example.org» er ingen som kan minnes" in refused.text
    assert 'value="ukjent@example.org"' in refused.text


def _hidden(browser: Any, office: Office, form: str) -> dict[str, str]:
    page = browser.get(f"/sak/{office.case}").text
    form = page[page.index(f'{form}"') :]
    fields = re.findall(
        r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', form[: form.index("</form>")]
    )
    return dict(fields)
