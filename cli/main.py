"""Which commands are there, and what becomes of an error? `run` is what `faseport` starts."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cli import (
    benefits,
    cases,
    conditions,
    demonstration,
    gates,
    installation,
    ledger,
    letters,
    mail,
    meetings,
    obligations,
    papers,
    people,
    programmes,
    projects,
    reminders,
    report_papers,
    reports,
    seats,
    status_reports,
    workflows,
)
from cli.simulation import commands

app = typer.Typer(
    name="faseport",
    help="Faseoverganger i et program: fra anmodning, gjennom beslutning, til oppfølging.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
demonstration.add_to(app)
installation.add_to(app)
commands.add_to(app)
app.add_typer(programmes.app, name="programme")
app.add_typer(people.app, name="person")
app.add_typer(seats.app, name="seat")
app.add_typer(projects.app, name="project")
app.add_typer(benefits.app, name="benefit")
app.add_typer(papers.app, name="paper")
app.add_typer(gates.app, name="gate")
app.add_typer(cases.app, name="case")
app.add_typer(conditions.app, name="condition")
app.add_typer(meetings.app, name="meeting")
app.add_typer(mail.app, name="mail")
app.add_typer(reminders.app, name="reminders")
app.add_typer(letters.app, name="letter")
app.add_typer(obligations.app, name="obligation")
status_reports.add_to(reports.app)
report_papers.add_to(reports.app)
app.add_typer(reports.app, name="report")
app.add_typer(workflows.app, name="workflow")
app.add_typer(ledger.app, name="ledger")


@app.callback()
def _common(
    _trace: Annotated[bool, typer.Option("--trace", help="Vis hele sporet når noe uventet skjer.")] = False,
) -> None:
    """Options that stand before the command; `--trace` is read by `main`, since it holds for every error."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code. What it has to say is on standard output and standard error."""
    try:
        app(args=list(arguments), prog_name="faseport")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except Exception as error:
        # Imported late: a command that goes well need not wait for what errors need.
        from cli import errors

        return errors.report(error, trace="--trace" in arguments)
    return 0


def run() -> None:
    """Run the command of this process, and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter gets «?» rather than a crash half-way.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
