"""Is the body that decides the one the workflow and the programme say, whatever a project says itself?"""

import pytest

from engine.core.cases.authority import body_problem, setters, who_decides
from tests.unit.test_verification import SOUND, definition, programme
from tests.unit.wrong_files import edited

LENT = edited(SOUND, ("gates:\n", "override: {by: kontor}\ngates:\n"))


def decider(text: str, *, named: str | None, large: bool = False) -> tuple[str, str]:
    """The body that decides P2, and the code of why nobody does."""
    defined = definition(text)
    found = who_decides(
        defined.gate("P2"),
        definition=defined,
        programme=programme(),
        named=named,
        applies=lambda _rule: large,
    )
    return found.body, "" if found.refusal is None else found.refusal.code


@pytest.mark.parametrize(
    ("text", "named", "large", "body", "code"),
    [
        (SOUND, None, False, "gruppa", ""),
        (SOUND, None, True, "styret", ""),
        (SOUND, "gruppa", False, "gruppa", ""),
        (SOUND, "styret", False, "", "authority.override_never"),
        (SOUND, "gruppa", True, "", "authority.override_never"),
        (LENT, "styret", False, "styret", ""),
        (LENT, "styret", True, "styret", ""),
        (LENT, "gruppa", True, "", "authority.override_not_up"),
        (LENT, "finnesikke", False, "", "authority.unknown_body"),
        (edited(SOUND, ("      - {body: gruppa}\n", "")), None, False, "", "authority.nobody_decides"),
        (edited(SOUND, ("- {body: gruppa}", "- {body: borte}")), None, False, "", "authority.unknown_body"),
    ],
)
def test_the_body_that_decides_follows_from_workflow_and_programme(
    text: str, named: str | None, large: bool, body: str, code: str
) -> None:
    assert decider(text, named=named, large=large) == (body, code)


def test_a_body_that_cannot_be_named_is_told_with_those_that_can() -> None:
    problem = body_problem("gruppa", definition=definition(LENT), programme=programme())
    assert problem is not None
    assert (problem.code, problem.data) == ("value.override_not_up", {"value": "gruppa", "choices": "styret"})
    assert body_problem("styret", definition=definition(LENT), programme=programme()) is None


def test_facts_that_settle_who_decides_have_those_who_may_set_them() -> None:
    leaders = frozenset({"prosjektleder", "prosjekteier"})
    assert setters(definition(), "cost_total") == leaders, "P2 asks it who decides"
    assert setters(definition(), "chosen") is None, "only a criterion reads it"
    assert setters(definition(), "size") is None
    together = edited(SOUND, ("    from: arbeid\n", "    from: arbeid\n    combined: [P1]\n"))
    assert setters(definition(together), "size") == leaders
    own = edited(SOUND, ("has(project.cost_total) && project.cost_total > 5000000", "has(project.chosen)"))
    assert setters(definition(own), "chosen") == frozenset({"prosjektleder"})
    assert setters(definition(own), "cost_total") is None
    asked = "{id: a, title: A, weight: må, source: k, rule: size(risks) > 0}"
    intake = f"intake: {{title: Tatt inn, criteria: [{asked}]}}"
    taken = edited(SOUND, ("gates:\n", f"{intake}\ngates:\n"))
    assert setters(definition(taken), "risks") == leaders
    assert setters(definition(taken), "kind") == setters(definition(taken), "taken_in_on") == frozenset()
    assert setters(definition(), "body") == frozenset()
    assert setters(definition(LENT), "body") == frozenset({"kontor"})
