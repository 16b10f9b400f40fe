"""The report's economy: accounts and transfers."""

from collections.abc import Iterator, Sequence
from typing import Any

from documents.formats.blocks import Block
from documents.formats.blocks import heading as _heading
from documents.formats.blocks import listing as _list
from documents.formats.blocks import strong as _strong
from documents.formats.blocks import table as _table
from documents.formats.blocks import text as _text
from documents.tertial.phrases import own_words
from engine.core.report.report import TertialReport
from engine.core.reports.told import AccountLine
from language import formats


def economy(report: TertialReport) -> Iterator[Block]:
    """Accounts and transfers."""
    yield _heading(3, "okonomi", "Økonomi")
    accounts = report.accounts
    if accounts is not None:
        word = "mindreforbruk" if accounts.underspent >= 0 else "merforbruk"
        yield _text(
            "okonomi.forbruk",
            [
                (
                    f"Programmet hadde et {word} på {formats.kroner(abs(accounts.underspent))} i"
                    f" {report.period.last.year}."
                )
            ],
        )
    yield from own_words(report, "okonomi")
    if report.transfers:
        total = sum(one.amount for one in report.transfers)
        yield _text(
            "okonomi.overforing",
            [
                (
                    f"Det er søkt om å overføre {formats.kroner(total)} fra {report.period.last.year} til"
                    f" {report.period.last.year + 1}:"
                )
            ],
        )
        yield _list(
            "okonomi.overforinger",
            [f"{one.title}: {formats.kroner(one.amount)}" for one in report.transfers],
        )
    if accounts is not None:
        yield _table(
            "tabell-1",
            f"Tabell 1: Budsjett og regnskap per {formats.plain_date(accounts.as_of)}, i hele kroner",
            [
                "Områder og prosjekter",
                f"#Budsjett {report.period.last.year}",
                f"#Regnskap {report.period.last.year}",
            ],
            [*_account_rows(accounts.lines, accounts.income, accounts.budget, accounts.spent)],
        )
    elif not report.transfers:
        yield _text("okonomi.uten", ["Regnskapet for perioden er ikke lest inn."])


def _account_rows(lines: Sequence[AccountLine], income: int, budget: int, spent: int) -> Iterator[list[Any]]:
    for line in lines:
        if line.group == "inntekt":
            yield [line.label, amount(line.budget), amount(line.spent)]
    yield [_strong("Sum vedtatt budsjett"), _strong(amount(income)), ""]
    for line in lines:
        if line.group != "inntekt":
            yield [line.label, amount(line.budget), amount(line.spent)]
    yield [_strong("Sum"), _strong(amount(budget)), _strong(amount(spent))]


def amount(value: int | None) -> str:
    """An amount as a cell shows it; nothing for none."""
    return "" if value is None else formats.number(value)
