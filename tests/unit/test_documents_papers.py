"""Do agenda and referat hold what a meeting needs, in its order, and nothing it must not?"""

import json

from documents.editions import agenda, referat
from documents.formats.html import html
from documents.papers.paper import AgendaItem, CaseMinutes, arranged
from documents.papers.referat import minutes_content
from documents.papers.saksframlegg import case_content, standing
from documents.papers.saksliste import agenda_content
from documents.papers.words import lines
from tests.paper_builders import (
    OFFICES,
    PROPOSAL,
    SECRET,
    a_case_paper,
    a_minutes_model,
    an_agenda,
    some_minutes,
)


def the_case() -> CaseMinutes:
    return next(item for item in some_minutes().items if isinstance(item, CaseMinutes))


def test_a_meeting_begins_with_the_last_referat_and_ends_with_eventuelt() -> None:
    items = agenda_content(an_agenda())["items"]
    assert [item["about"] for item in items] == [
        "Godkjenning", "Til beslutning · Sak 3/2025", "Til orientering", "Til drøfting", "",
    ]  # fmt: skip
    assert items[-1]["title"] == "Eventuelt"


def test_items_of_a_kind_keep_the_order_they_came_in() -> None:
    given = [AgendaItem(kind="beslutning", title=title) for title in "cab"]
    assert [item.title for item in arranged(given)] == ["c", "a", "b"]


def test_an_item_has_its_clock_as_long_as_the_times_before_it_are_known() -> None:
    clocks = [item["clock"] for item in agenda_content(an_agenda())["items"]]
    assert clocks == ["kl. 09.00", "kl. 09.05", "kl. 09.25", "kl. 09.40", "kl. 10.00"]
    unknown = an_agenda(
        items=(AgendaItem(kind="beslutning", title="a"), AgendaItem(kind="drofting", title="b"))
    )
    assert [item["clock"] for item in agenda_content(unknown)["items"]] == ["kl. 09.00", ""]


def test_the_referat_names_who_was_there_who_stood_in_and_who_was_away() -> None:
    about = {row["label"]: row["lines"] for row in minutes_content(some_minutes())["about"]}
    assert (
        "Fagleder medisinske tjenester, stedfortreder for kommunalsjef medisinske tjenester"
        in about["Til stede"]
    )
    assert about["Til stede"][0] == "Kommunaldirektør helse og omsorg (konstituert)"
    assert about["Forfall"] == ("Kommunalsjef psykisk helse og rus",)
    assert about["Tid"] == ("Kl. 09.00–10.20",)


def test_why_somebody_is_recused_reaches_no_model() -> None:
    assert SECRET in json.dumps(a_minutes_model(), ensure_ascii=False)
    assert the_case().recused == (OFFICES[3],)
    assert SECRET not in repr(some_minutes())
    assert SECRET not in json.dumps(minutes_content(some_minutes()), ensure_ascii=False)


def test_answers_are_shown_as_counted_with_the_marks_they_need() -> None:
    answers = minutes_content(some_minutes())["items"][1]["answers"]
    assert [(one["word"], one["number"]) for one in answers] == [
        ("Godkjenn", "5"), ("Godkjenn med forutsetninger", "1"), ("Avstår", "1"),
    ]  # fmt: skip
    assert f"{OFFICES[6]} (ført av sekretær)" in answers[0]["offices"]
    assert answers[2]["offices"] == [f"{OFFICES[2]} (eier av prosjektet)"]


def test_a_proposed_condition_that_was_not_taken_in_stands_as_a_remark() -> None:
    assert [(one.office, one.text, one.condition) for one in the_case().remarks] == [
        (OFFICES[1], "Viktig arbeid.", False),
        (OFFICES[7], "Ta med opplæring", True),
    ]


def test_a_dissenting_voice_stands_as_disagreement() -> None:
    model = a_minutes_model()
    model["cases"][0]["answers"][0] |= {"choice": "ikke_godkjenn", "comment": "For dyrt."}
    remark = minutes_content(some_minutes(model))["items"][1]["remarks"][0]
    assert remark == {"office": OFFICES[0], "kind": "uenig", "text": "For dyrt."}


def test_a_case_that_stays_says_nothing_of_a_new_phase() -> None:
    model = a_minutes_model()
    model["cases"][0] |= {"outcome": "utsatt", "to_phase": None, "conditions": []}
    assert (
        minutes_content(some_minutes(model))["items"][1]["outcome_sentence"]
        == "Styringsgruppa besluttet: utsatt."
    )


def test_the_criteria_are_told_in_one_line() -> None:
    assert standing(a_case_paper()) == (
        "2 av 2 må-krav er oppfylt. Ett bør-krav er åpent: nytte/kost er beskrevet, ikke beregnet."
    )
    assert standing(a_case_paper(should_open=("A.", "B"))).endswith("To bør-krav er åpne: a og b.")
    assert standing(a_case_paper(should_open=())) == "2 av 2 må-krav er oppfylt."


def test_facts_and_assessments_stand_apart_and_prioritised_benefits_first() -> None:
    content = case_content(a_case_paper())
    facts = {row["label"]: row["lines"] for row in content["facts"]}
    assessed = {row["label"]: row["lines"] for row in content["assessments"]}
    assert facts["Samlet kostnad"] == ("1,2\xa0mill. kroner".replace("\xa0", " "),)
    assert not set(facts) & set(assessed)
    assert "Nytteverdi" in assessed
    assert "I tråd med Leangen-erklæringen" in assessed
    assert assessed["Trussel: Sonene får ikke fri til opplæring"] == (
        "Sannsynlighet 3 av 5 og konsekvens 4 av 5. Tiltak: Vikarmidler i to måneder",
    )
    assert [one["title"] for one in content["benefits"]] == ["Færre fysiske tilsyn om natta", "Økt trygghet"]


def test_numbers_that_people_wrote_become_a_real_list() -> None:
    assert lines(PROPOSAL) == {
        "numbered": True,
        "lines": ["Prosjektet går videre fra konsept til planlegging (BP2).", "Prosjektleder utpekes."],
    }
    assert lines("2025 blir et godt år.\n1. Ikke en liste.")["numbered"] is False
    assert lines("3. tertial var bra.")["numbered"] is False


def test_markup_is_text_on_the_page() -> None:
    hostile = "<script>alert(1)</script> {{ 7*7 }} \u202e &amp;"
    page = html("saksframlegg", case_content(a_case_paper(project=hostile, proposal=hostile))).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} □ &amp;amp;" in page
    assert "To tegn som ikke kan vises her, er byttet med □." in page


def test_a_paper_has_a_name_that_every_file_system_takes() -> None:
    assert agenda(an_agenda(), format="html").filename == "saksliste-2025-02-05.html"
    made = referat(some_minutes(), format="pdf")
    assert (made.filename, made.media_type, made.pages) == ("referat-2025-02-05.pdf", "application/pdf", 2)
