"""What does a worker cost that is killed in a batch? A sample of `make kill-in-batches`, on both."""

from tests.databases import Fresh
from tools.kill_in_batches import HALF_AN_HOUR, Plan, run


def test_a_kill_costs_one_copy_at_most_and_a_clock_that_is_wrong_none(fresh: Fresh, backend: str) -> None:
    ahead = HALF_AN_HOUR if backend == "postgresql" else None
    report = run(fresh(), Plan(cases=8 if ahead else 4, kills=4, lease=3, ahead=ahead))
    assert (report.lost, report.unexplained) == (0, [])
    assert report.states == {"sent": report.letters}
    assert report.kills > 0
    assert report.copies <= report.kills
