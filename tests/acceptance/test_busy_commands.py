"""What does a command say when the database cannot do it now?"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli import errors
from engine.store.outages import Cause, Errand, NotNow, on_errand
from tests.desk import ASKER, Desk


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Another program is writing; whoever waits here has little patience."""
    other = sqlite3.connect(desk.folder / "var" / "faseport.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with on_errand(Errand(patience=0.2)):
            yield
    finally:
        other.close()


def test_a_busy_database_is_told_in_plain_words_with_a_code_of_its_own(desk: Desk) -> None:
    with locked(desk):
        said = desk.do("person", "add", ASKER, "--name", "Utredningsleder")
        assert desk.do("project", "list").code == 0  # reading goes on
    assert said.code == errors.NOT_NOW
    assert "Databasen er opptatt" in said.err
    assert "ikke lagret" in said.err
    assert "Uventet feil" not in said.err
    desk.done("person", "add", ASKER, "--name", "Utredningsleder")


@pytest.mark.parametrize("cause", ["turn", "locked", "full", "away", "given_up"])
def test_every_cause_has_its_sentence_and_the_drivers_own_words(
    cause: Cause, capsys: pytest.CaptureFixture[str]
) -> None:
    assert errors.report(NotNow(cause, "as the driver says")) == errors.NOT_NOW
    told = capsys.readouterr().err
    assert "as the driver says" in told
    assert "ikke lagret" in told


def test_what_nobody_knows_is_not_told_as_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert errors.report(NotNow("away", "server closed the connection", in_doubt=True)) == errors.NOT_NOW
    told = capsys.readouterr().err
    assert "Vi vet ikke om det ble lagret" in told
    assert "ikke lagret. Prøv" not in told
