"""The configuration: defaults < file < environment; mistakes are named, all of them at once."""

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import get_type_hints

import pytest

from syndicate import paths
from syndicate.lib import bounds, config, ways
from syndicate.lib.errors import ConfigError

SHIPPED = paths.shipped("config") / "syndicate.toml"


def written(folder: Path, text: str) -> Path:
    file = folder / "syndicate.toml"
    file.write_text(text, encoding="utf-8")
    return file


def ids(file: Path | None = None, **environ: str) -> list[str]:
    absent = Path("absent.toml")
    return [mistake.id for mistake in config.read(file or absent, environ).mistakes]


def test_without_a_file_the_defaults_are_in_force() -> None:
    read = config.load(Path("absent.toml"), {})
    assert (read.smtp.port, read.mail.on_unknown, read.daemon.tick_seconds) == (587, "hold", 1.0)


def test_the_file_goes_over_the_defaults_and_the_environment_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[mail]\nbatch_size = 7\nfrom_name = "File"\n')
    read = config.load(file, {"SYNDICATE_MAIL__FROM_NAME": "Variable"})
    assert (read.mail.batch_size, read.mail.from_name) == (7, "Variable")


def test_the_environment_gives_numbers_lists_and_tables_as_toml_does() -> None:
    environ = {
        "SYNDICATE_SMTP__PORT": "2525",
        "SYNDICATE_MAIL__RETRY_MINUTES": "[1, 2]",
        "SYNDICATE_LOG__JSON": "true",
        "SYNDICATE_PUBLICATION__FOLLOW": '{Mastodon = "https://social.example/@a"}',
    }
    read = config.load(Path("absent.toml"), environ)
    assert (read.smtp.port, read.mail.retry_minutes, read.log.json) == (2525, [1, 2], True)
    assert read.publication.follow == {"Mastodon": "https://social.example/@a"}


def test_a_secret_comes_from_a_file_named_by_a_variable(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass word\n")
    environ = {"SYNDICATE_SMTP__PASSWORD_FILE": str(tmp_path / "secret")}
    assert config.load(Path("absent.toml"), environ).smtp.password == "pass word"


def test_a_secret_comes_from_a_file_named_in_the_site_s_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass word\n")
    file = written(tmp_path, f'[smtp]\npassword = {{ file = "{tmp_path}/secret" }}\n')
    assert config.load(file, {}).smtp.password == "pass word"


def test_a_base_url_needs_no_care_about_its_last_slash() -> None:
    environ = {"SYNDICATE_SITE__BASE_URL": "https://news.example.org/"}
    assert config.load(Path("absent.toml"), environ).site.base_url == "https://news.example.org"


def test_a_further_way_out_has_the_defaults_of_its_kind_not_the_site_s_own(tmp_path: Path) -> None:
    text = '[smtp]\nport = 25\npassword = "p"\n[transports.backup]\nkind = "smtp"\nweight = 0\n'
    way = config.load(written(tmp_path, f'{text}host = "b.example.org"\n'), {}).transports["backup"]
    assert (way.kind, way.weight) == ("smtp", 0)
    assert isinstance(way.options, config.Smtp)
    assert (way.options.host, way.options.port, way.options.password) == ("b.example.org", 587, "")


def test_the_environment_sets_a_way_s_options_whatever_comes_first(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass word\n")
    environ = {
        "SYNDICATE_TRANSPORTS__BACKUP__CONNECTIONS": "9",  # before the kind, by the alphabet
        "SYNDICATE_TRANSPORTS__BACKUP__KIND": "smtp",
        "SYNDICATE_TRANSPORTS__BACKUP__PASSWORD_FILE": str(tmp_path / "secret"),
    }
    options = config.load(Path("absent.toml"), environ).transports["backup"].options
    assert isinstance(options, config.Smtp)
    assert (options.connections, options.password) == (9, "pass word")


def test_a_mistake_in_a_way_names_its_table(tmp_path: Path) -> None:
    file = written(tmp_path, '[transports.backup]\nkind = "smtp"\nprot = 25\nport = true\n')
    first, second = config.read(file, {}).mistakes
    assert "transports.backup.prot" in first.message and "Did you mean port" in first.hint
    assert "transports.backup.port" in second.message


def test_what_a_service_asks_for_is_a_table_and_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k1\n")
    text = f'[provider.settings]\napi_key = {{ file = "{tmp_path}/key" }}\n'
    environ = {
        "SYNDICATE_PROVIDER__SETTINGS__SENDER_DOMAIN": "mg.example.org",
        "SYNDICATE_TRANSPORTS__SECOND__KIND": "provider",
        "SYNDICATE_TRANSPORTS__SECOND__SETTINGS__API_KEY_FILE": str(tmp_path / "key"),
    }
    read = config.load(written(tmp_path, text), environ)
    assert read.provider.settings == {"api_key": "k1", "sender_domain": "mg.example.org"}
    second = read.transports["second"].options
    assert isinstance(second, config.Provider) and second.settings == {"api_key": "k1"}


def test_each_value_has_an_origin(tmp_path: Path) -> None:
    file = written(tmp_path, "[mail]\nbatch_size = 7\n")
    origins = config.read(file, {"SYNDICATE_SMTP__PORT": "25"}).origins
    assert origins["mail.batch_size"] == str(file)
    assert origins["smtp.port"] == "SYNDICATE_SMTP__PORT"
    assert origins["web.port"] == "default"


def test_each_option_of_a_way_has_an_origin(tmp_path: Path) -> None:
    file = written(tmp_path, '[transports.backup]\nkind = "smtp"\n')
    origins = config.read(file, {"SYNDICATE_TRANSPORTS__BACKUP__PORT": "25"}).origins
    assert origins["transports.backup.kind"] == str(file)
    assert origins["transports.backup.port"] == "SYNDICATE_TRANSPORTS__BACKUP__PORT"
    assert origins["transports.backup.host"] == "default"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("[mail\n", "C001"),
        ("[mial]\nx = 1\n", "C002"),
        ("[mail]\nbatchsize = 1\n", "C002"),
        ('[mail]\nbatch_size = "many"\n', "C003"),
        ("[mail]\nretry_minutes = [true]\n", "C003"),
        ("mail = 3\n", "C003"),
        ("[publication]\nfollow = { Mastodon = 3 }\n", "C003"),
        ('[smtp]\npassword = { file = "/absent/secret" }\n', "C004"),
        ('[smtp]\nsecurity = "ssl"\n', "C008"),
        ("[mail]\nbatch_size = 0\n", "C009"),
        ("[smtp]\nport = 70000\n", "C009"),
        ("[mail]\nretry_minutes = []\n", "C009"),
        ('[pace]\ntransport = "20 a second"\n', "C026"),
        ('[pace]\ndomain = "0/h"\n', "C026"),
        ('[pace]\nwarm_up = "200, 500"\n', "C026"),
        ('[pace]\nwarm_up_from = "24.11.2026"\n', "C026"),
        ('[pace.domains]\n"a@example.org" = "1/s"\n', "C026"),
        ('[pace.domains]\n"example.org" = 20\n', "C026"),
        ('[transports.backup]\nkind = "smtp"\npace = "1/w"\n', "C026"),
        ('[publication]\ntimezone = "Mars/Olympus"\n', "C011"),
        ('[publication]\nlanguage = "plain words"\n', "C010"),
        ('[publication]\naccent = "red"\n', "C012"),
        ('[site]\nbase_url = "news.example.org"\n', "C017"),
        ('[site]\nbase_url = "https://[news"\n', "C017"),
        ('[sources]\nproxy = "proxy.example.org:3128"\n', "C029"),
        ("[transports]\nbackup = 1\n", "C003"),
        ('[transports.smtp]\nkind = "smtp"\n', "C025"),
        ('[transports.Backup]\nkind = "smtp"\n', "C025"),
        ("[transports.backup]\nweight = 1\n", "C008"),
        ('[transports.backup]\nkind = "pigeon"\n', "C008"),
        ('[transports.backup]\nkind = "smtp"\nsecurity = "ssl"\n', "C008"),
        ('[transports.backup]\nkind = "smtp"\nprot = 25\n', "C002"),
        ('[transports.backup]\nkind = "smtp"\nport = "25"\n', "C003"),
        ('[transports.backup]\nkind = "smtp"\nport = 70000\n', "C009"),
        ('[transports.backup]\nkind = "smtp"\nweight = -1\n', "C009"),
    ],
)
def test_a_mistake_is_named_by_its_id(tmp_path: Path, text: str, id: str) -> None:
    assert ids(written(tmp_path, text)) == [id]


def test_a_domain_has_one_pace() -> None:
    twice = '{"a.example b.example" = "1/s", "B.example" = "2/s"}'
    assert ids(SYNDICATE_PACE__DOMAINS=twice) == ["C026"]


def test_a_file_that_is_not_text_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "syndicate.toml"
    file.write_bytes(b'[mail]\nfrom_name = "\xff"\n')
    assert ids(file) == ["C001"]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, "[mail]\nbatchsize = 1\nmax_attempts = 'x'\n")
    assert ids(file, SYNDICATE_SMTP__PORT="many", SYNDICATE_SMPT__PORT="1") == [
        *("C002", "C003"),
        *("C002", "C003"),
    ]


def test_a_misspelled_option_gets_a_suggestion() -> None:
    with pytest.raises(ConfigError, match="Did you mean batch_size") as caught:
        config.load(Path("absent.toml"), {"SYNDICATE_MAIL__BACH_SIZE": "3"})
    assert caught.value.id == "C002"


def options() -> set[str]:
    kinds = get_type_hints(config.Config)
    names = [field.name for field in dataclasses.fields(config.Config)]
    # [transports] holds no options of its own, but tables with those of other sections.
    tables = {name: kinds[name] for name in names if name != ways.SECTION}
    return {f"{name}.{f.name}" for name, table in tables.items() for f in dataclasses.fields(table)}


def documented() -> dict[str, str]:
    """Each option of the shipped file with the comment beside it."""
    section, found = "", {}
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        if table := re.match(r"\[([\w.]+)\](.*)", line):
            section = table[1]
            if "." in section:  # [publication.follow] is an option whose value is a table
                found[section] = table[2].strip(" #")
        elif option := re.match(r"(\w+) = ", line):
            found[f"{section}.{option[1]}"] = line.partition("  # ")[2].strip()
    return found


def test_every_option_is_documented_and_every_documented_option_exists() -> None:
    assert set(documented()) == options()


def test_every_option_has_a_comment_that_says_something() -> None:
    assert [name for name, comment in documented().items() if len(comment) < 12] == []


def test_every_default_fits_its_declared_type() -> None:
    read = config.load(Path("absent.toml"), {})
    for name in options():
        section, key = name.split(".")
        table = getattr(read, section)
        declared = str(get_type_hints(type(table))[key])
        assert type(getattr(table, key)).__name__ in declared, name


def test_the_kinds_of_ways_are_sections() -> None:
    for kind in ways.KINDS:
        assert dataclasses.is_dataclass(get_type_hints(config.Config)[kind])


def test_bounds_speak_only_of_options_that_exist() -> None:
    assert {*bounds.CHOICES, *bounds.LOWEST, *bounds.HIGHEST} <= options()
    tables = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    assert bounds.mistakes(tables) == []
