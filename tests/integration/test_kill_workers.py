"""Does every reminder arrive when workers are killed and paused? A sample of `make kill-workers`."""

from engine.store import schema
from tests.databases import Postgres
from tools.kill_workers import Plan, run


def test_of_reminders_sent_by_workers_that_are_killed_none_is_lost_and_every_copy_is_explained(
    postgres: Postgres,
) -> None:
    postgres.command("CREATE DATABASE killed")
    url = postgres.url("killed")
    schema.upgrade(url)
    plan = Plan(
        reminders=150,
        workers=2,
        kills=4,
        pauses=1,
        between=0.3,
        lease=3,
        pause=3.5,
        trouble=20,
        slowness=0.01,
    )

    report = run(url, plan)

    postgres.command("DROP DATABASE killed WITH (FORCE)")
    assert (report.lost, report.unexplained, report.two_identities) == ([], [], [])
    assert report.states == {"sent": 150}
    assert report.reminders == report.letters == 150
    assert report.kills > 0
    assert report.lost_answers <= report.copies, "each answer that is lost has the letter sent again"
