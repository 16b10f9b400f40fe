"""Are the shipped files found, and does the operator's own folder come first?"""

from pathlib import Path

import pytest

from engine.core.refusal import Unknown
from engine.core.workflow.checks import parse_definition
from workflows import loader


def test_the_shipped_workflows_and_programmes_are_found() -> None:
    assert {"prosjektveiviseren", "forskningsloypa"} <= set(loader.shipped())
    assert "trondheim" in loader.programmes()
    assert loader.read("prosjektveiviseren").startswith("#")
    assert "programme: trondheim" in loader.read_programme("trondheim")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(Unknown) as refusal:
        loader.read("prosjektvegviseren")

    assert refusal.value.nearest == "prosjektveiviseren"


@pytest.mark.parametrize("name", ["../pyproject", "programmes/trondheim", "", ".", "prosjektveiviseren.yaml"])
def test_a_name_is_never_taken_as_a_path(name: str) -> None:
    with pytest.raises(Unknown):
        loader.read(name)


def test_a_file_of_the_operators_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "prosjektveiviseren.yaml").write_text("workflow: vår egen\n", "utf-8")
    (tmp_path / "egen.yaml").write_text("workflow: egen\n", "utf-8")
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / "lite.yaml").write_text("programme: lite\n", "utf-8")
    (tmp_path / ".skjult.yaml").write_text("x", "utf-8")
    (tmp_path / "notat.txt").write_text("x", "utf-8")

    assert loader.workflows(tmp_path) == tuple(sorted({*loader.shipped(), "egen"}))
    assert loader.programmes(tmp_path) == tuple(sorted({*loader.programmes(), "lite"}))
    assert loader.read("prosjektveiviseren", tmp_path) == "workflow: vår egen\n"
    assert loader.read("forskningsloypa", tmp_path) == loader.read("forskningsloypa")
    assert loader.read_programme("lite", tmp_path) == "programme: lite\n"


def test_a_folder_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    assert loader.workflows(tmp_path / "mangler") == loader.shipped()


def test_a_file_that_is_not_utf_8_is_told_by_its_byte_and_place(tmp_path: Path) -> None:
    file = tmp_path / "gammel.yaml"
    file.write_bytes("workflow: x\ntitle: Idé\n".encode("latin-1"))
    found = parse_definition(loader.read_file(file))

    assert isinstance(found, tuple)
    assert [(each.code, each.line, each.column, each.data) for each in found] == [
        ("source.encoding", 2, 10, {"byte": "0xE9"})
    ]
