"""Does each kind of letter say what it must, in text and HTML alike, and nothing it must not?"""

import copy
import html
import re
from typing import Any

import pytest
from jinja2 import UndefinedError

from engine.core.record.letters import (
    AGENDA,
    AMENDED,
    CARRIES_CODE,
    CASE,
    EXECUTION,
    LINKLESS,
    MEETING_CHANGED,
    MINUTES,
    RECEIPT,
    REMINDER,
    REPORT_APPROVED,
    REPORT_DELIVERED,
    RESCHEDULED,
    RESULT,
    UNDECIDABLE,
    UNOPENED,
    WAY_IN,
    WITHDRAWN,
)
from language.catalogues import LOCALES
from notifications.letters import KINDS, Rendered, render, template_digest
from tests.letter_facts import (
    ANSWER,
    CODE,
    CONDITION,
    DELIVERED,
    FACTS,
    OTHER,
    OVERDUE,
    RECEIPT_CODE,
    REPORT,
    URL,
    listed,
)


def written(kind: str, **changes: Any) -> Rendered:
    facts = {**copy.deepcopy(FACTS[kind]), **changes}
    return render(
        facts,
        url=None if kind in LINKLESS else URL,
        code=CODE if kind in CARRIES_CODE else None,
        receipt_code=RECEIPT_CODE if kind == RECEIPT else None,
    )


def words_of(page: str) -> str:
    """What a reader of the HTML sees, as one line."""
    body = re.sub(r"(?s)<(head|style).*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_hold_the_same_facts(kind: str, locale: str) -> None:
    letter = written(kind, locale=locale)
    seen = words_of(letter.html)
    for line in letter.text.splitlines():
        # In HTML a label and its value are two elements, and a link stands behind its button.
        label, _, value = line.partition(": ")
        for part in (label, value) if value and line not in seen else (line,):
            wanted = " ".join(part.removeprefix("- ").split()).removesuffix(":")
            if wanted not in ("", "--") and not wanted.startswith(URL):
                assert all(word in seen for word in (wanted, *wanted.split()) if word != "Sak"), wanted


def test_a_case_letter_begins_with_the_proposal_and_asks_for_no_more_reading() -> None:
    letter = written(CASE)
    assert letter.text.startswith(
        "Forslag til beslutning:\n"
        "1. Prosjektet går videre fra konsept til planlegging (BP2).\n"
        "2. Prosjektleder utpekes.\n\n"
        "Krav: 11 av 11 må-krav er oppfylt. Ett bør-krav er åpent: nytte/kost er beskrevet, ikke "
        "beregnet.\n\n"
        "Dette er alt du må lese.\n"
    )
    assert "Svar innen onsdag 5. februar kl. 15.00." in letter.text
    assert words_of(letter.html).startswith("Forslag til beslutning:")
    assert letter.subject.startswith("Styringsgruppa 5. februar: 1 sak til beslutning")


def test_a_case_letter_has_one_link_alone_on_its_line_and_the_code_apart_from_it() -> None:
    letter = written(CASE)
    lines = letter.text.splitlines()
    assert lines.count(URL) == 1
    assert letter.text.count("http") == 1
    assert len(URL) < 78
    assert lines.count("482 913") == 1
    assert letter.html.count("<a ") == 1
    assert f'href="{URL}"' in letter.html
    assert "482913" not in letter.html
    assert CODE not in URL


def test_several_open_and_waived_criteria_are_counted_and_named() -> None:
    criteria = {"must_met": 9, "must_total": 9, "should_open": ["a", "b"], "waived": ["c"]}
    text = written(CASE, criteria=criteria).text
    assert "9 av 9 må-krav er oppfylt. Ett krav er fraveket: c. To bør-krav er åpne: a; b." in text


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("deputy", "Du svarer som stedfortreder for kommunalsjef medisinske tjenester."),
        ("owner", "Du eier prosjektet. Det står ved svaret ditt."),
        ("requester", "Du har selv bedt om denne beslutningen, og svarer derfor ikke."),
    ],
)
def test_a_reader_is_told_in_which_capacity_they_answer(mark: str, sentence: str) -> None:
    plain = {"deputy": False, "owner": False, "requester": False, "recused": False}
    seat = {"office": "Kommunalsjef medisinske tjenester", **plain, mark: True}
    assert sentence in written(CASE, seat=seat).text
    assert sentence not in written(CASE, seat={"office": "x", **plain}).text


def test_an_owner_who_takes_no_part_is_told_so_and_given_no_deadline() -> None:
    seat = {"office": "x", "deputy": False, "requester": False}
    answers = written(CASE, seat={**seat, "owner": True, "recused": False}).text
    out = written(CASE, seat={**seat, "owner": True, "recused": True}).text
    assert "Du eier prosjektet, og svarer etter gruppas regel ikke i saken." in out
    assert "Svar innen" in answers
    assert "Svar innen" not in out


def test_in_a_meeting_an_answer_is_given_beforehand() -> None:
    text = written(CASE, handling="i_mote").text
    assert "Svar på forhånd, innen onsdag 5. februar kl. 15.00." in text
    assert "møtelederen konkluderer" in text


def test_a_receipt_says_what_was_answered_when_and_what_to_do_if_it_was_somebody_else() -> None:
    text = written(RECEIPT).text
    assert "Du svarte «Godkjenn med forutsetninger» fredag 31. januar 2025 kl. 14.00." in text
    assert "Nullpunkt må måles i to soner før planleggingen er ferdig." in text
    assert "Du kan endre svaret til saken er avgjort, senest onsdag 5. februar kl. 15.00." in text
    assert "Var det ikke deg?\nSi fra til Programkontoret (programkontor@example.org) med én gang." in text
    assert f"Kvitteringskode: {RECEIPT_CODE}\nPlass i historikken: nr. 17 for dette prosjektet\n" in text
    assert "482" not in text, "the code to the door is told once, in the case letter"


def test_a_recused_member_is_told_so_and_nothing_else_of_it() -> None:
    answer = {**ANSWER, "choice": "inhabil", "comment": "", "condition": "", "recused": True}
    text = written(RECEIPT, answers=[answer]).text
    assert "Du er meldt inhabil. Gruppa avgjør dette uten deg" in text
    assert "Kommentaren din" not in text


def test_a_result_tells_the_decision_its_conditions_and_what_comes_next() -> None:
    letter = written(RESULT, member=False, involved=True)
    assert letter.text.startswith(
        "Styringsgruppa besluttet 5. februar at prosjektet går videre fra Konsept til Planlegge (BP2), "
        "med to forutsetninger:\n"
        "F1 Nullpunkt målt i to soner. Frist: fredag 4. april. Ansvar: gevinstansvarlig.\n"
        "F2 Oversikt over gjeldende avtaler. Frist: fredag 14. mars. Ansvar: prosjektleder.\n"
    )
    assert "Neste beslutning er BP3." in letter.text
    assert "Se hva som gjenstår" in letter.text
    assert "Ditt svar" not in letter.text
    assert letter.subject.startswith("Godkjent med forutsetninger: ")


def test_a_member_is_reminded_of_their_own_answer_and_left_in_peace() -> None:
    text = written(RESULT).text
    assert "Ditt svar var «Godkjenn».\n" in text
    assert "Du trenger ikke gjøre noe nå." in text
    assert "Du svarte ikke i denne saken." in written(RESULT, answer={"choice": None}).text


@pytest.mark.parametrize(
    ("outcome", "moved", "sentence"),
    [
        ("godkjent", "Planlegge", "at prosjektet går videre fra Konsept til Planlegge (BP2)."),
        ("godkjent", "", "godkjente forslaget 5. februar (BP2)."),
        ("ikke_godkjent", "", "at prosjektet ikke går videre nå (BP2). Det blir i fasen Konsept."),
        ("utsatt", "", "utsatte saken 5. februar (BP2)."),
        ("sendt_tilbake", "", "sendte saken tilbake for utfylling 5. februar (BP2)."),
        ("avsluttet_uten_videreforing", "Avsluttet", "at prosjektet avsluttes uten videreføring (BP2)."),
        ("avsluttet_uten_realisering", "Avsluttet", "at prosjektet avsluttes uten realisering (BP2)."),
    ],
)
def test_every_outcome_has_its_own_sentence(outcome: str, moved: str, sentence: str) -> None:
    text = written(RESULT, outcome=outcome, to_phase=moved, conditions=[]).text
    assert sentence in text.splitlines()[0]


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("godkjent", "Styringsgruppa godkjente forslaget 5. februar (MIDLER)."),
        (
            "godkjent_med_forutsetninger",
            "Styringsgruppa godkjente forslaget 5. februar (MIDLER), med to forutsetninger:",
        ),
        ("ikke_godkjent", "Styringsgruppa godkjente ikke forslaget 5. februar (MIDLER)."),
        ("utsatt", "Styringsgruppa utsatte saken 5. februar (MIDLER)."),
        ("sendt_tilbake", "Styringsgruppa sendte saken tilbake for utfylling 5. februar (MIDLER)."),
    ],
)
def test_a_case_that_moves_no_project_between_phases_does_not_say_that_it_does(
    outcome: str, sentence: str
) -> None:
    case = {**FACTS[RESULT]["case"], "gate": "MIDLER", "from_phase": "Løpende", "to_phase": ""}
    assert written(RESULT, case=case, outcome=outcome, to_phase="").text.splitlines()[0] == sentence


def test_a_withdrawn_case_says_why_and_carries_no_link() -> None:
    letter = written(WITHDRAWN)
    assert "Sak 3/2025 ble trukket tilbake fredag 31. januar. Du trenger ikke gjøre noe" in letter.text
    assert "Vi venter på tall fra to soner." in letter.text
    assert "http" not in letter.text + letter.html


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_with_a_fact_missing_is_not_written(kind: str) -> None:
    left_out = {
        "case",
        "meeting",
        "answers",
        "deadlines",
        "deadline",
        "number",
        "outages",
        "report",
        "asked_at",
    }
    facts = {name: value for name, value in FACTS[kind].items() if name not in left_out}
    with pytest.raises(UndefinedError):
        render(facts, url=URL, code=CODE, receipt_code=RECEIPT_CODE)


def test_a_kind_nobody_has_words_for_is_not_written() -> None:
    with pytest.raises(KeyError):
        render({**FACTS[CASE], "kind": "../case"}, url=None, code=None)


def test_what_people_wrote_stays_text_in_html() -> None:
    letter = written(CASE, proposal="<script>alert(1)</script> A & B\n漢字 🏠 שלום")
    assert "<script" not in letter.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; A &amp; B" in letter.html
    assert "漢字 🏠 שלום" in letter.html
    assert "<script>alert(1)</script> A & B\n漢字 🏠 שלום" in letter.text


@pytest.mark.parametrize("kind", KINDS)
def test_html_asks_for_nothing_from_outside_and_names_its_language(kind: str) -> None:
    page = written(kind).html
    assert '<html lang="nb">' in page
    assert re.search(r"<(img|link|script|iframe)|@import|url\(|http-equiv", page) is None
    assert min(int(size) for size in re.findall(r"font-size:(\d+)px", page)) >= 16


def test_a_subject_is_one_line_whatever_a_project_is_called() -> None:
    case = {**FACTS[CASE]["case"], "project": "Trygg\r\nBcc: alle@example.org"}
    assert "\n" not in written(CASE, case=case).subject
    assert "\r" not in written(CASE, case=case).subject


def test_changed_words_have_another_digest() -> None:
    assert len({template_digest(kind) for kind in KINDS}) == len(KINDS)
    assert template_digest(CASE) == template_digest(CASE)


def test_an_agenda_tells_every_case_in_one_letter_with_one_link_and_one_code() -> None:
    letter = written(AGENDA)
    assert letter.subject == "Styringsgruppa 5. februar: 3 saker til beslutning"
    assert "Tre saker til beslutning." in letter.text
    assert letter.text.count("Forslag til beslutning:\n") == 3
    assert (
        "Sak 3/2025: Implementering av eksisterende velferdsteknologi i hjemmebaserte tjenester (BP2)\n"
        "Forslag til beslutning:\n"
        "1. Prosjektet går videre fra konsept til planlegging (BP2).\n"
        "2. Prosjektleder utpekes.\n\n"
        "Krav: 11 av 11 må-krav er oppfylt. Ett bør-krav er åpent: nytte/kost er beskrevet, ikke beregnet.\n"
    ) in letter.text
    assert "Saken ble ikke avgjort i et tidligere møte." in letter.text
    assert "Til orientering\n- Status for tertialrapporten: Frist 15. mai.\n" in letter.text
    assert "Til drøfting\n- Neste års portefølje\n" in letter.text
    assert "Møtet begynner med å godkjenne referatet fra onsdag 22. januar." in letter.text
    assert letter.text.index("Sak 4/2025") < letter.text.index("Dette er alt du må lese.")
    assert letter.text.splitlines().count(URL) == 1
    assert letter.text.splitlines().count("482 913") == 1
    assert letter.html.count("<a ") == 1


@pytest.mark.parametrize(
    ("cases", "subject", "button"),
    [
        ([], "Styringsgruppa 5. februar: saksliste", "Åpne sakslista"),
        ([listed()], "Styringsgruppa 5. februar: 1 sak til beslutning", "Les saken og svar"),
        ([listed(answers=False)], "Styringsgruppa 5. februar: 1 sak til beslutning", "Åpne sakslista"),
    ],
)
def test_an_agenda_counts_its_cases_and_asks_only_where_there_is_something_to_answer(
    cases: list[dict[str, Any]], subject: str, button: str
) -> None:
    letter = written(AGENDA, cases=cases)
    assert letter.subject == subject
    assert f"{button}:\n{URL}" in letter.text
    assert ("Svar på forhånd" in letter.text) == (button != "Åpne sakslista")


def test_an_agenda_tells_its_reader_in_which_capacity_they_come() -> None:
    seat = listed()["seat"]
    deputy = written(AGENDA, deputy_for=["Kommunalsjef medisinske tjenester", "Kommunalsjef BoA"]).text
    assert "Du møter som stedfortreder for kommunalsjef medisinske tjenester og kommunalsjef BoA.\n" in deputy
    assert "Du fører sakslista for dette møtet.\n" in written(AGENDA, keeps=True).text
    owner = written(AGENDA, cases=[listed(seat={**seat, "owner": True}), listed(**OTHER)]).text
    assert owner.count("Du eier prosjektet. Det står ved svaret ditt.") == 1
    called_in = written(AGENDA, member=False, cases=[listed(seat={**seat, "deputy": True})]).text
    assert "I denne saken svarer du som stedfortreder for kommunaldirektør sosiale tjenester." in called_in
    asker = written(AGENDA, cases=[listed(seat={**seat, "requester": True}, answers=False)]).text
    assert "Du har selv bedt om denne beslutningen, og svarer derfor ikke." in asker


def test_a_recused_member_finds_the_case_on_the_list_and_nothing_to_take_a_stand_on() -> None:
    seat = {**listed()["seat"], "recused": True}
    text = written(AGENDA, cases=[listed(seat=seat, answers=False), listed(**OTHER)]).text
    assert "(BP2)\nDu er inhabil i denne saken. Gruppa avgjør den uten deg.\n" in text
    assert text.count("Forslag til beslutning:") == 1


@pytest.mark.parametrize("kind", [CASE, AGENDA])
def test_a_case_that_went_to_the_body_above_says_why(kind: str) -> None:
    said = (
        "Styringsgruppa kan ikke bli beslutningsdyktig i denne saken. Den er derfor sendt til programstyret"
    )
    change: dict[str, Any] = {"body": "Programstyret"}
    above = {"referred_from": "Styringsgruppa"}
    change |= {"cases": [listed(**above)]} if kind == AGENDA else above
    assert said in written(kind, **change).text
    assert "beslutningsdyktig" not in written(kind).text


def test_the_reminder_is_short_and_says_what_happens_otherwise() -> None:
    letter = written(UNOPENED)
    assert letter.subject == "Tre saker til onsdag 5. februar – Styringsgruppa"
    assert "Svarer du ikke på forhånd, tas sakene i møtet." in letter.text
    assert "Du har ikke åpnet sakslista du fikk onsdag 29. januar." in letter.text
    assert f"Les sakene og svar:\n{URL}\n\nKoden står i det brevet.\n" in letter.text
    assert "Forslag til beslutning" not in letter.text
    assert "482" not in letter.text


def test_an_amended_case_says_what_changed_and_that_the_answer_no_longer_counts() -> None:
    letter = written(AMENDED)
    assert letter.subject.startswith("Endret etter at du svarte: ")
    assert letter.text.startswith(
        "Saken er endret etter at du svarte\n\nKostnad 1,2 → 1,4 mill. kroner\n\n"
        "Svaret ditt, «Godkjenn», gjelder ikke lenger.\n"
        "Svar på nytt før møtet, onsdag 5. februar kl. 09.00.\n\n"
        f"Svar på nytt:\n{URL}\n"
    )
    assert "Svar på nytt innen onsdag" in written(AMENDED, in_meeting=False).text


def test_a_cancelled_meeting_says_where_its_cases_go() -> None:
    letter = written(MEETING_CHANGED)
    assert letter.subject == "Styringsgruppa 16. april: møtet utgår"
    assert letter.text.startswith(
        "Møtet onsdag 16. april utgår. Sakene flyttes til 30. april.\nGrunn: onsdag i påskeuka.\n"
    )
    assert "- Sak 4/2025: Tverrfaglig boligrådgivning (BP2)\n" in letter.text
    empty = written(MEETING_CHANGED, cases=[], next="", reason="").text
    assert empty.startswith("Møtet onsdag 16. april utgår.\n\nDu trenger ikke gjøre noe nå.\n")


def test_a_moved_meeting_says_when_and_keeps_its_link() -> None:
    moved = {**FACTS[MEETING_CHANGED]["meeting"], "starts_at": "2025-04-15T07:30:00+00:00", "status": "moved"}
    letter = written(MEETING_CHANGED, meeting=moved, next="")
    assert letter.subject == "Styringsgruppa 16. april: møtet er flyttet til tirsdag 15. april kl. 09.30"
    assert (
        "Møtet som var planlagt onsdag 16. april, er flyttet til tirsdag 15. april kl. 09.30." in letter.text
    )
    assert "Lenken og koden i sakslista gjelder fortsatt." in letter.text


def test_the_referat_tells_each_outcome_in_a_line_with_its_conditions() -> None:
    letter = written(MINUTES)
    assert letter.subject == "Referat: Styringsgruppa 5. februar"
    assert (
        "hjemmebaserte tjenester (BP2): Godkjent med forutsetninger. Prosjektet går til Planlegge.\n"
        "F1 Nullpunkt målt i to soner. Frist: fredag 4. april. Ansvar: gevinstansvarlig.\n"
        "F2 Oversikt over gjeldende avtaler. Frist: fredag 14. mars. Ansvar: prosjektleder.\n\n"
        "Sak 4/2025, Tverrfaglig boligrådgivning (BP2): Utsatt.\n\n"
        "Ikke avgjort, tas opp igjen onsdag 19. februar:\n- Sak 5/2025: Digital dialog (BP2)\n"
    ) in letter.text
    assert f"Les referatet:\n{URL}\n" in letter.text
    assert written(MINUTES, version=2).subject == "Rettet referat: Styringsgruppa 5. februar"
    assert "Ingen saker ble avgjort i møtet." in written(MINUTES, cases=[], carried=[]).text


def test_one_receipt_repeats_everything_answered_in_a_meeting() -> None:
    other = {**ANSWER, **OTHER, "choice": "avstar", "comment": "", "condition": "", "position": 4}
    letter = written(RECEIPT, answers=[ANSWER, other], in_meeting=True, closes_at="2025-02-05T08:00:00+00:00")
    assert letter.subject == "Kvittering: svarene dine i to saker – Styringsgruppa 5. februar"
    assert letter.text.startswith("Svarene dine er registrert\n\nSak 3/2025: Implementering")
    assert "Sak 4/2025: Tverrfaglig boligrådgivning (BP2)\nDu svarte «Avstår» fredag" in letter.text
    assert "Du kan endre svarene fram til møtet, onsdag 5. februar kl. 09.00." in letter.text
    assert "Plass i historikken: nr. 4 for prosjektet i sak 4/2025\n" in letter.text
    assert letter.text.count(RECEIPT_CODE) == 1


def test_a_receipt_for_an_answer_that_no_longer_counts_says_so() -> None:
    amended = written(RECEIPT, answers=[{**ANSWER, "void": "amended"}]).text
    assert "Saken er endret siden, og dette svaret gjelder ikke lenger." in amended
    withdrawn = written(RECEIPT, answers=[{**ANSWER, "void": "withdrawn"}]).text
    assert "Saken er trukket tilbake siden, og svaret brukes ikke." in withdrawn
    assert "siden, og" not in written(RECEIPT).text


def test_a_receipt_offers_no_change_where_there_is_none_to_make() -> None:
    text = written(RECEIPT, may_change=False).text
    assert "Du kan endre" not in text
    assert f"Se hva du svarte:\n{URL}\n" in text


def test_a_member_of_the_meeting_is_not_told_of_a_silence_that_was_none() -> None:
    text = written(RESULT, in_meeting=True, answer={"choice": None}).text
    assert "Du svarte ikke i denne saken." not in text


def test_a_result_that_waits_for_the_politicians_says_so_and_names_no_next_decision() -> None:
    letter = written(RESULT, awaits=True, next_gate="")
    told = (
        "Beslutningen gjennomføres når saken er politisk behandlet. Til da blir prosjektet i fasen Konsept."
    )
    assert told in letter.text
    assert told in words_of(letter.html)
    assert "politisk" not in written(RESULT).text


def test_the_letter_after_the_political_decision_says_what_became_of_it() -> None:
    executed = written(EXECUTION)
    assert executed.subject.startswith("Beslutningen er gjennomført: Implementering")
    assert "Saken ble politisk behandlet 4. mars: Formannskapet, sak 12/25." in executed.text
    assert "Prosjektet er nå i fasen Planlegge." in executed.text
    lapsed = written(EXECUTION, executed=False, words="Formannskapet sa nei.", next_gate="BP2")
    assert lapsed.subject.startswith("Beslutningen er falt bort: ")
    assert "Grunnen:\nFormannskapet sa nei." in lapsed.text
    assert "Prosjektet blir i fasen Konsept, og kan be om en ny beslutning." in lapsed.text


@pytest.mark.parametrize(
    ("why", "title", "because"),
    [
        ("not_concluded", "Saken er flyttet til et annet møte", "Den ble ikke avgjort i møtet"),
        ("meeting_moved", "Saken kommer opp på en annen dag", "Møtet er flyttet. Grunn: onsdag i påskeuka."),
        ("taken_by_member", "Saken tas i møte", "Et medlem vil drøfte saken i møte."),
        ("referred", "Saken er flyttet til et annet møte", "Gruppa over avgjør den."),
    ],
)
def test_whoever_asked_reads_when_the_case_comes_up_now_and_why(why: str, title: str, because: str) -> None:
    letter = written(RESCHEDULED, why=why)
    assert letter.subject.startswith(f"{title}: ")
    assert "Sak 3/2025 kommer opp i styringsgruppa onsdag 19. februar kl. 09.00." in letter.text
    assert because in letter.text


def test_the_secretary_reads_who_is_out_and_what_can_be_done() -> None:
    text = written(UNDECIDABLE).text
    assert "Programstyret kan ikke avgjøre sak 3/2025: én plass kan svare, og to må til." in text
    assert "- Direktør helse (inhabil)\n- Direktør finans (ledig plass)" in text
    assert "- Trekk saken." in text
    assert "Ingen gruppe står over den." not in written(UNDECIDABLE, top=False).text


def test_one_reminder_says_what_is_owed_by_when_and_what_happens_otherwise() -> None:
    letter = written(REMINDER)
    assert letter.subject == "Frist 4. april: F1: Nullpunkt målt i to soner"
    assert letter.text.startswith("F1: Nullpunkt målt i to soner\n")
    assert "\nFrist fredag 4. april 2025, om tre virkedager.\n" in letter.text
    assert letter.text.count("Nullpunkt målt i to soner") == 1
    assert "Gjør du ingenting: Programkontoret får beskjed to virkedager etter fristen.\n" in letter.text
    assert f"Åpne og gjør unna: {URL}?frist=0f3a\n" in letter.text
    assert letter.text.splitlines().count("482 913") == 1


def test_a_days_reminders_are_one_letter_with_a_link_to_each_and_the_most_urgent_first() -> None:
    letter = written(REMINDER, deadlines=[CONDITION | {"left": 0, "due_on": "2025-04-01"}, REPORT])
    assert letter.subject == "To frister, den første 1. april"
    assert letter.text.startswith("To frister du skal følge opp\n")
    assert "Fristen er i dag, tirsdag 1. april 2025." in letter.text
    assert "2. Statusrapport for prosjektet, 1. tertial 2025\n" in letter.text
    assert "Da vet ikke styringsgruppa hvordan det går" in letter.text
    assert "Sju felt, tre er endret siden sist.\n" in letter.text
    assert f"Åpne rapporten: {URL}?rapport=velferdsteknologi/2025-T1\n" in letter.text
    assert (letter.html.count("?frist="), letter.html.count("?rapport=")) == (1, 1)
    assert letter.text.splitlines().count("482 913") == 1


def test_the_office_is_told_who_was_reminded_when_and_what_it_can_do() -> None:
    letter = written(REMINDER, deadlines=[OVERDUE])
    assert letter.subject == "Over fristen: F1: Nullpunkt målt i to soner"
    assert "Fristen var fredag 4. april 2025, to virkedager siden." in letter.text
    assert "er minnet 21.03.2025, 01.04.2025 og 04.04.2025." in letter.text
    assert f"Ring · Gi ny frist · Varsle prosjekteier: {URL}?frist=0f3a" in letter.text
    assert "Gjør du ingenting" not in letter.text


def test_an_alert_tells_the_owner_what_is_late_whose_it_is_and_that_the_office_asks() -> None:
    letter = written("alert")
    assert letter.subject == "Over fristen: F1: Nullpunkt målt i to soner"
    assert "Fristen var fredag 4. april 2025, to virkedager siden." in letter.text
    assert "Ansvarlig er gevinstansvarlig (Gevinstansvarlig velferdsteknologi)." in letter.text
    assert "Det er minnet om dette 21.03.2025, 01.04.2025 og 04.04.2025." in letter.text
    assert "Programkontoret ber deg om å se til at det blir gjort." in letter.text
    assert "Ansvarlig: Gevinstansvarlig velferdsteknologi, gevinstansvarlig-vft@example.org\n" in letter.text
    assert "http" not in letter.text + letter.html


@pytest.mark.parametrize(("number", "said"), [(2, "Du har nå to frister"), (0, "Du har ingen frister")])
def test_the_way_in_carries_link_and_code_and_tells_how_much_there_is(number: int, said: str) -> None:
    letter = written(WAY_IN, number=number)
    assert said in letter.text
    assert f"Se alle fristene dine:\n{URL}\n" in letter.text
    assert letter.text.splitlines().count("482 913") == 1


def test_programkontoret_is_told_what_stood_still_and_which_letters_did_not_arrive() -> None:
    letter = written("trouble")
    assert letter.subject == "Ikke alle brev kommer fram (Styringsgruppa)"
    assert (
        "Delen som sender brev, sto stille fra mandag 3. februar 2025 kl. 08.00 til "
        "mandag 3. februar 2025 kl. 13.30." in letter.text
    )
    assert "Utsendingen av brev har stått stille siden mandag 3. februar 2025 kl. 08.00." in letter.text
    assert "- Til Kommunalsjef BoA: e-posttjeneren tok det ikke imot" in letter.text
    assert "- Til Kommuneoverlegen: 550 ukjent" in letter.text
    assert written("trouble", lost=[], failing=[]).subject == "Faseport har stått stille (Styringsgruppa)"


def test_the_owner_reads_what_was_delivered_and_has_one_way_to_approve_it() -> None:
    letter = written(REPORT_DELIVERED)
    assert letter.subject.startswith("Godkjenn statusrapporten for 1. tertial 2025: Implementering")
    assert "Prosjektleder velferdsteknologi leverte den fredag 16. mai 2025 kl. 10.42." in letter.text
    assert "Sju felt, tre er endret siden sist." in letter.text
    assert f"Les og godkjenn:\n{URL}?rapport=velferdsteknologi/2025-T1\n" in letter.text
    assert letter.text.splitlines().count("482 913") == 1
    assert "Gjør du ingenting innen onsdag 21. mai 2025, går rapporten videre" in letter.text
    assert letter.html.count("<a ") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "leverte en ny versjon fredag 16. mai 2025 kl. 10.42. Den tar plassen til den"),
        ({"changed": None}, "Sju felt. Det er den første rapporten fra prosjektet."),
        ({"changed": 0}, "Sju felt, ingen er endret siden sist."),
        ({"changed": 1}, "Sju felt, ett er endret siden sist."),
        ({"delivered_by": ""}, "Prosjektlederen leverte den"),
    ],
)
def test_the_owner_is_told_what_kind_of_delivery_it_is(change: dict[str, Any], said: str) -> None:
    assert said in written(REPORT_DELIVERED, report=DELIVERED | change).text


def test_the_leader_is_told_that_the_owner_has_approved_and_nothing_more() -> None:
    letter = written(REPORT_APPROVED)
    assert letter.subject.startswith("Statusrapporten for 1. tertial 2025 er godkjent: Implementering")
    assert "Kommunalsjef hjemmebaserte tjenester godkjente den fredag 16. mai 2025 kl. 11.30." in letter.text
    assert "http" not in letter.text + letter.html
    assert (
        "Prosjekteieren godkjente den"
        in written(REPORT_APPROVED, report=FACTS[REPORT_APPROVED]["report"] | {"approved_by": ""}).text
    )
