"""What did the published report of the third tertial of 2024 print? Facts as data, each with its source."""

from importlib import resources
from typing import Final

from engine.core.files.sheet import Sheet, read_sheet

PERIOD: Final = "2024-T3"


def printed() -> Sheet:
    """Every figure and name that the published report prints."""
    sheet = read_sheet(resources.files("demo").joinpath("printed-2024-t3.csv").read_bytes())
    assert isinstance(sheet, Sheet), sheet
    return sheet
