"""Does the measuring tape measure right? Small made-up houses with one known fault each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import measure_house
from tools.measure_house import imports, read, shipped, table


def house(root: Path, **files: str) -> Path:
    """A checkout with these files; `engine__core__a` lies at engine/core/a.py, in two packages."""
    for name, text in files.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in path.relative_to(root).parents[:-1]:
            (root / folder / "__init__.py").touch()
        path.write_text(text, encoding="utf-8")
    return root


def a_function(lines: int) -> str:
    """A function of that many lines."""
    return "def long():\n" + "    pass\n" * (lines - 1)


def test_files_and_functions_are_measured_and_the_longest_are_named(tmp_path: Path) -> None:
    found = table(house(tmp_path, web__a=a_function(501), web__b="x = 1\n", web__c="y = 1\nz = 1\n"))
    assert (found["files"], found["lines"]) == ("4", "504")
    assert found["files: median, p90"] == "1, 501"
    assert found["files: the longest"] == "501 web/a.py"
    assert (found["functions"], found["functions: the longest"]) == ("1", "501 web/a.py:1 long")
    assert (found["files over 500 lines"], found["functions over 60 lines"]) == ("1", "1")


def test_what_is_exactly_as_long_as_it_may_be_is_not_too_long(tmp_path: Path) -> None:
    found = table(house(tmp_path, web__a="x = 1\n" * 500, web__b=a_function(60)))
    assert (found["files over 500 lines"], found["functions over 60 lines"]) == ("0", "0")


def test_tests_and_tools_are_counted_apart_and_landed_migrations_not_at_all(tmp_path: Path) -> None:
    made = house(tmp_path, web__a="x = 1\n", tests__test_a="x = 1\n", tools__b="x = 1\n" * 3)
    house(made, engine__store__migrations__versions__one=a_function(900))
    found = table(made)
    assert (found["tests: files, lines"], found["tools: files, lines"]) == ("2, 1", "2, 3")
    assert (found["functions"], found["lines"]) == ("0", "1")


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("def f(a: dict[str, Any]) -> Mapping[str, Any]: ...", 2),
        ("def f(a: Sequence[Mapping[str, Any]]) -> None: ...", 1),
        ("def f(a: dict[str, str], b: Mapping[int, Any], c: tuple[str, Any]) -> None: ...", 0),
        ("Json = dict[str, Any]\ndef f(a: Json) -> Json: ...", 3),
        ("from web.json import Json\ndef f(a: Json) -> None: ...", 1),
        ("from web.other import Json\ndef f(a: Json) -> None: ...", 0),
    ],
)
def test_a_mapping_without_a_type_is_found_under_any_name(text: str, times: int, tmp_path: Path) -> None:
    made = house(tmp_path, web__json="Json = dict[str, Any]\n", web__a=text, web__other="Json = int\n")
    assert table(made)["untyped mappings"] == str(times + 1)


def test_untyped_mappings_are_told_a_floor_and_the_storeys_of_the_engine_are_floors(tmp_path: Path) -> None:
    found = table(house(tmp_path, engine__core__cases__a="x: dict[str, Any]\n", web__cases__b="y = 1\n"))
    assert found["untyped mappings: engine.core"] == "1"
    assert "untyped mappings: web" not in found


def test_rooms_are_what_lies_on_a_floor_and_imports_within_one_do_not_count(tmp_path: Path) -> None:
    made = house(
        tmp_path,
        engine__core__cases__roll="from engine.core.cases import voting\nfrom engine.core import text\n",
        engine__core__cases__voting="from engine.core.text import shown\n",
        engine__core__text="",
        web__a="import engine.core.text\n",
    )
    found = table(made)
    assert found["rooms, imports between them: engine.core"] == "2, 1"
    assert found["imports between the packages at the top"] == "1"


def test_every_way_to_write_an_import_is_understood(tmp_path: Path) -> None:
    made = house(
        tmp_path,
        web__a="import web.b\nfrom web import c\nfrom web.d import thing\nimport json\n",
        web__b="def late():\n    from web.e import thing\n",
        web__c="",
        web__d="",
        web__e="",
    )
    assert imports(shipped(read(made))) == {
        ("web.a", "web.b"),
        ("web.a", "web.c"),
        ("web.a", "web.d"),
        ("web.b", "web.e"),
    }
    assert table(made)["imports inside functions: web"] == "1"


def test_a_circle_of_files_is_found_and_one_that_only_its_folders_make(tmp_path: Path) -> None:
    found = table(house(tmp_path / "files", web__a="from web import b\n", web__b="from web import a\n"))
    assert found["cycles among files"] == found["cycles among siblings of a package"] == "1"
    folders = house(
        tmp_path / "folders",
        web__cases__a="from web.papers import b\n",
        web__cases__c="",
        web__papers__b="from web.cases import c\n",
    )
    found = table(folders)
    assert (found["cycles among files"], found["cycles among siblings of a package"]) == ("0", "1")


def test_a_line_of_imports_is_no_circle(tmp_path: Path) -> None:
    found = table(house(tmp_path, web__a="from web import b, c\n", web__b="from web import c\n", web__c=""))
    assert found["cycles among files"] == found["cycles among siblings of a package"] == "0"


@pytest.mark.parametrize(
    ("fields", "pairs"),
    [("abc", 1), ("abcx", 1), ("abcxyz", 0), ("ab", 0), ("xyz", 0)],
)
def test_classes_that_share_more_than_half_of_their_fields_are_near_identical(
    fields: str, pairs: int, tmp_path: Path
) -> None:
    one = "class One:\n    a: int\n    b: int\n    c: int\n"
    other = "class Other:\n" + "".join(f"    {field}: str\n" for field in fields)
    assert table(house(tmp_path, web__a=one, web__b=other))["near-identical classes, pairs"] == str(pairs)


def test_branch_coverage_is_told_when_it_has_been_measured(tmp_path: Path) -> None:
    made = house(tmp_path, web__a="")
    assert table(made)["branch coverage"].startswith("not measured")
    (made / "build").mkdir()
    totals = {"covered_branches": 9, "num_branches": 12}
    (made / measure_house.COVERAGE).write_text(json.dumps({"totals": totals}), encoding="utf-8")
    assert table(made)["branch coverage"] == "9 of 12"


def test_two_checkouts_stand_side_by_side_and_faults_are_named(tmp_path: Path) -> None:
    before = house(tmp_path / "before", web__a="from web import b\n", web__b="from web import a\n")
    after = house(tmp_path / "after", web__a="x = 1\n")
    command = [sys.executable, "-m", "tools.measure_house", "--list", str(before), str(after)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=measure_house.HOUSE).stdout
    row = next(line for line in told.splitlines() if line.startswith("cycles among files"))
    assert row.split()[-2:] == ["1", "0"]
    assert "  web.a - web.b" in told
