"""Does the program read its environment and its key file as it says?"""

import json
import stat
from pathlib import Path

import pytest

from cli import settings
from cli.misuse import BadSettings, KeyFileUnusable


def test_an_empty_environment_means_this_machine_and_files_under_var() -> None:
    found = settings.load()
    assert found.database_url == "sqlite:///var/faseport.db"
    assert found.secret_key_file == Path("var/secret.key")
    assert found.on_loopback
    assert found.may_be_served
    assert found.smtp_url is None


def test_the_demo_has_a_database_of_its_own_unless_the_environment_names_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert settings.load(database_url=settings.DEMO_DATABASE).database_url == "sqlite:///var/demo.db"
    monkeypatch.setenv("FASEPORT_DATABASE_URL", "sqlite:///annen.db")
    assert settings.load(database_url=settings.DEMO_DATABASE).database_url == "sqlite:///annen.db"


def test_every_setting_that_cannot_be_used_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASEPORT_DATABASE_URL", "mysql://vert/base")
    monkeypatch.setenv("FASEPORT_BASE_URL", "ftp://vert")
    with pytest.raises(BadSettings) as refused:
        settings.load()
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [
        "FASEPORT_DATABASE_URL",
        "FASEPORT_BASE_URL",
    ]


def test_a_database_in_memory_is_refused_since_it_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASEPORT_DATABASE_URL", "sqlite:///:memory:")
    with pytest.raises(BadSettings):
        settings.load()


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://faseport.example.org", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://faseport.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost@faseport.example.org", False),
    ],
)
def test_links_are_served_encrypted_or_on_this_machine_only(
    address: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASEPORT_BASE_URL", address)
    assert settings.load().may_be_served is allowed


@pytest.mark.parametrize("address", ["https://kommunen.example.org/faseport", "http://127.0.0.1:8080/a/b/"])
def test_an_address_with_a_path_is_refused_since_pages_stand_at_the_root(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASEPORT_BASE_URL", address)
    with pytest.raises(BadSettings) as refused:
        settings.load()
    assert "må ha vertsnavnet for seg selv" in refused.value.faults[0]


def test_a_slash_alone_is_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASEPORT_BASE_URL", "https://faseport.example.org/")
    assert settings.load().base_url == "https://faseport.example.org"


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.0.0.53", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.7", False),
        ("localhost.example.org", False),
    ],
)
def test_this_machine_is_told_from_the_network(host: str, alone: bool) -> None:
    assert settings.is_loopback(host) is alone


def test_misspelt_names_are_found_with_the_nearest_real_one() -> None:
    environment = {
        "FASEPORT_DATABASE_URL": "x",
        "FASEPORT_SMPT_URL": "x",
        "FASPORT_BASE_URL": "x",
        "faseport_mail_from": "x",
        "FASEPORT_QQQQQQQQ": "x",
        "HOME": "/x",
        "DATABASE_URL": "x",
    }
    assert settings.misspelt(environment) == [
        ("FASEPORT_QQQQQQQQ", ""),
        ("FASEPORT_SMPT_URL", "FASEPORT_SMTP_URL"),
        ("FASPORT_BASE_URL", "FASEPORT_BASE_URL"),
    ]


def test_a_new_key_file_is_for_its_owner_alone_and_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret.key"
    keys = settings.create_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {kid: len(key) for kid, key in keys.items()} == {1: 32}
    assert settings.create_keys(path) == keys == settings.read_keys(path)


def test_a_rotated_key_file_keeps_the_old_keys(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    first = settings.create_keys(path)
    both = settings.create_keys(path, rotate=True)
    assert both[1] == first[1]
    assert set(settings.read_keys(path)) == {1, 2}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_new_key_never_takes_a_number_that_links_were_made_with(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    assert set(settings.create_keys(path, rotate=True, used=4)) == {5}
    assert set(settings.create_keys(path, rotate=True, used=4)) == {5, 6}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_file_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    settings.create_keys(path)
    path.chmod(mode)
    with pytest.raises(KeyFileUnusable) as refused:
        settings.read_keys(path)
    assert refused.value.fault == "open_to_others"


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"1": "kort"}', '{"1": "abcd"}', '{"x": "00"}', json.dumps({"0": "00" * 32})],
)
def test_a_spoilt_key_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text(text, encoding="ascii")
    path.chmod(0o600)
    with pytest.raises(KeyFileUnusable) as refused:
        settings.read_keys(path)
    assert refused.value.fault == "spoilt"


def test_a_missing_key_file_is_refused_and_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnusable) as refused:
        settings.read_keys(tmp_path / "secret.key")
    assert refused.value.fault == "missing"
    assert not list(tmp_path.iterdir())
