# SPDX-License-Identifier: Apache-2.0
"""Settings: three places, one order of strength, all problems at once."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from integration.configuration import (
    PLATFORM,
    SECRETS,
    SettingsError,
    flag,
    load_settings,
    variable,
)
from integration.settings import Settings

SECRET = "swordfish-1234567"


@pytest.fixture(autouse=True)
def bare(tmp_path, monkeypatch):
    """An empty working directory and no variable of ours."""
    for name in list(os.environ):
        if name.upper().startswith("LEADSCORE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(content: str, name: str = "leadscore.toml", mode: int = 0o600) -> Path:
    file = Path(name)
    file.write_text(content)
    file.chmod(mode)
    return file


def problems(flags=None, **options):
    with pytest.raises(SettingsError) as caught:
        load_settings(flags, **options)
    return list(caught.value.problems)


GOOD = {
    "region": ("eu-central-1", "eu-central-1"),
    "gateway": ("http://127.0.0.1:8089/", "http://127.0.0.1:8089"),
    "client_id": ("abc-1", "abc-1"),
    "client_secret_file": ("secret", Path("secret")),
    "strategy": ("queues", "queues"),
    "contact_list": ("list-1", "list-1"),
    "store": ("data_table", "data_table"),
    "data_table": ("table-1", "table-1"),
    "scratch_division": ("division-1", "division-1"),
    "data_service": ("Scoring", "Scoring"),
    "data_entity": ("Score", "Score"),
    "senior_list": ("list-2", "list-2"),
    "general_list": ("list-3", "list-3"),
    "campaign": ("campaign-1", "campaign-1"),
    "senior_campaign": ("campaign-2", "campaign-2"),
    "general_campaign": ("campaign-3", "campaign-3"),
    "outbox": ("o.db", Path("o.db")),
    "outbox_file": ("address", Path("address")),
    "keep_days": ("7", 7),
    "audit": ("ledger", "ledger"),
    "columns_kept": ("yes", True),
    "callable_kept": ("no", False),
    "skip_unchanged": ("true", True),
    "guard": ("no", False),
    "guard_least": ("500", 500),
    "guard_same": ("80", 80),
    "guard_shift": ("40", 40),
    "sweep_verified": ("true", True),
    "column_lead": ("lead", "lead"),
    "column_score": ("s", "s"),
    "column_instant": ("i", "i"),
    "column_tier": ("t", "t"),
    "column_model": ("m", "m"),
    "senior_above": ("60", 60),
    "high_value_from": ("90", 90),
    "senior_tier": ("gold", "gold"),
    "general_tier": ("rest", "rest"),
    "high_value_skill": ("Closer", "Closer"),
    "max_age_minutes": ("60", 60),
    "recall_minutes": ("0", 0),
    "batch_size": ("500", 500),
    "calls_per_minute": ("180", 180),
    "concurrency": ("2", 2),
    "retry_attempts": ("3", 3),
    "retry_total": ("12.5", 12.5),
    "drift_webhook": ("https://hooks.example/x", "https://hooks.example/x"),
    "drift_file": ("drift.jsonl", Path("drift.jsonl")),
    "metrics_file": ("leadscore.prom", Path("leadscore.prom")),
    "log_format": ("json", "json"),
    "log_level": ("debug", "debug"),
    "listen_host": ("::1", "::1"),
    "listen_port": ("0", 0),
    "webhook_secrets_file": ("webhooks", Path("webhooks")),
    "webhook_token_file": ("tokens", Path("tokens")),
    "trusted_proxies": ("10.0.0.0/8, ::1", "10.0.0.0/8, ::1"),
    "body_limit": ("2048", 2048),
    "connection_limit": ("10", 10),
    "request_seconds": ("5", 5),
    "waiting_limit": ("1000", 1000),
    "batch_seconds": ("0.5", 0.5),
    "grace_seconds": ("60", 60),
    "sweep_hours": ("6", 6),
    "keep_ids_days": ("1", 1),
}


def test_every_option_is_tried_here():
    """The table of good values has every option but the secrets."""
    assert GOOD.keys() == Settings.model_fields.keys() - set(SECRETS)


@pytest.mark.parametrize(("option", "text", "value"), [(k, *v) for k, v in GOOD.items()], ids=GOOD)
def test_every_option_works_as_flag_variable_and_key(monkeypatch, option, text, value):
    """A value means the same wherever it is given."""
    Path("secret").write_text(SECRET)
    Path("address").write_text("postgresql://db.internal/leadscore")
    if option == "audit":  # the ledger audit takes this promise
        monkeypatch.setenv("LEADSCORE_COLUMNS_KEPT", "true")
    assert getattr(load_settings({option: text}), option) == value
    monkeypatch.setenv(variable(option), text)
    assert getattr(load_settings(), option) == value
    monkeypatch.delenv(variable(option))
    write(f'{option} = "{text}"')
    assert getattr(load_settings(), option) == value


def test_flags_beat_variables_beat_the_file_beats_defaults(monkeypatch):
    """The order of strength."""
    assert load_settings().batch_size == 1000
    write("batch_size = 1\nconcurrency = 1")
    assert load_settings().batch_size == 1
    monkeypatch.setenv("LEADSCORE_BATCH_SIZE", "2")
    assert load_settings().batch_size == 2
    settings = load_settings({"batch_size": "3", "concurrency": None})
    assert (settings.batch_size, settings.concurrency) == (3, 1)


@pytest.mark.parametrize("how", ["flag", "variable", "default"])
def test_the_file_is_named_by_flag_or_variable_or_has_its_usual_name(monkeypatch, how):
    """--config beats LEADSCORE_CONFIG beats leadscore.toml."""
    write("batch_size = 1")
    write("batch_size = 2", "other.toml")
    write("batch_size = 3", "third.toml")
    if how != "default":
        monkeypatch.setenv("LEADSCORE_CONFIG", "other.toml")
    config = Path("third.toml") if how == "flag" else None
    assert load_settings(config=config).batch_size == {"default": 1, "variable": 2, "flag": 3}[how]


def test_settings_become_a_policy():
    """Thresholds, age and names reach the one place that gives scores their meaning."""
    flags = {name: text for name, (text, _) in GOOD.items() if "secret" not in name}
    left_out = dict.fromkeys(("region", "strategy", "outbox_file"))
    policy = load_settings({**flags, **left_out}).policy()
    assert policy.senior_above == 60
    assert policy.high_value_from == 90
    assert policy.max_age == timedelta(hours=1)
    assert (policy.senior_tier, policy.general_tier) == ("gold", "rest")
    assert policy.high_value_skill == "Closer"
    columns = policy.columns
    assert (columns.lead, columns.score, columns.instant) == ("lead", "s", "i")
    assert (columns.tier, columns.model) == ("t", "m")


BAD = {
    "an unknown region": ("region", "eu-centrl-1", "did you mean eu-central-1"),
    "plain http": ("gateway", "http://10.0.0.1:80", "use https"),
    "no address": ("gateway", "genesys", "must look like https://"),
    "a name for an id": ("contact_list", "Leads senior", "it is not an id"),
    "a client with a colon and a space": ("client_id", "a b:c", "it is not an id"),
    "a number of words": ("batch_size", "many", "give a whole number from 1 to 1,000"),
    "a number too large": ("batch_size", "1001", "give a whole number from 1 to 1,000"),
    "a number too small": ("concurrency", "0", "give a whole number from 1 to 64"),
    "a fraction": ("keep_days", "1.5", "give a whole number from 1 to 36,500"),
    "a threshold": ("senior_above", "101", "give a whole number from 0 to 100"),
    "no time": ("retry_total", "nan", "give a number of seconds from 0 to 86,400"),
    "an endless time": ("retry_total", "inf", "give a number of seconds from 0 to 86,400"),
    "a word": ("audit", "write", "give read or ledger"),
    "a place that is none": ("store", "crm", "give contact_list, data_table or data_service"),
    "an entity with a slash": ("data_entity", "a/b", "it is not an id"),
    "no strategy": ("strategy", "both", "give skills or queues"),
    "no truth": ("skip_unchanged", "perhaps", "give true or false"),
    "a column of spaces": ("column_score", "  ", "a name of printable characters is needed"),
    "a column of control characters": ("column_score", "a\tb", "a name of printable characters"),
    "a long column": ("column_score", "x" * 129, "it is too long"),
    "a webhook of plain http": ("drift_webhook", "http://example.com/", "an https address"),
    "no webhook": ("drift_webhook", "example.com", "an https address is needed"),
    "a log of no kind": ("log_format", "xml", "give auto, console or json"),
    "a host by name": ("listen_host", "localhost", "an address of this machine is needed"),
    "a proxy by name": ("trusted_proxies", "gateway", "addresses or networks are needed"),
    "two columns of one name": ("column_score", "lead_id", "must differ from each other"),
    "two tiers of one name": ("senior_tier", "general", "both tiers are called general"),
    "an audit that could lose columns": ("audit", "ledger", "columns_kept"),
}


@pytest.mark.parametrize(("option", "text", "message"), BAD.values(), ids=BAD)
def test_a_bad_value_is_named_with_its_place_and_what_is_wanted(monkeypatch, option, text, message):
    """One problem says where the value is, what it is, and how to do it right."""
    given = {
        flag(option): problems({option: text}),
    }
    monkeypatch.setenv(variable(option), text)
    given[variable(option)] = problems()
    monkeypatch.delenv(variable(option))
    write(f'{option} = "{text}"'.replace("\t", "\\t"))
    given[f"{option} in leadscore.toml"] = problems()
    for place, (problem,) in given.items():
        assert message in problem
        if not {"differ", "called", "columns_kept"} & set(message.split()):
            assert problem.startswith(f"{place} is ")
            assert f"[{flag(option)} {variable(option)} {option}]" in problem


@pytest.mark.parametrize("option", ["region", "outbox", "contact_list", "drift_file"])
def test_a_key_of_another_type_is_a_problem(option):
    """TOML has numbers and tables where text is wanted."""
    write(f"{option} = 5")
    [problem] = problems()
    assert problem.startswith(f'{option} in leadscore.toml is "5": give text')


def test_all_problems_are_told_at_once(monkeypatch):
    """Nobody has to mend settings one run at a time."""
    write('batch_sise = 1\nregin = "eu"\nconcurrency = 0\nx = 1')
    monkeypatch.setenv("LEADSCORE_AUDIT", "foo")
    monkeypatch.setenv("LEADSCORE_CONTACT_LISTS", "l")
    monkeypatch.setenv("LEADSCORE_SOMETHING_ELSE", "l")
    flags = {"batch_size": "9999", "outbox": "", "general_tier": "senior"}
    found = problems(flags, needs=PLATFORM)
    beginnings = [
        "batch_sise in leadscore.toml is no option; did you mean batch_size?",
        "regin in leadscore.toml is no option; did you mean region?",
        "x in leadscore.toml is no option; remove it",
        "--outbox is blank; give it a value or leave it out",
        'LEADSCORE_AUDIT is "foo"',
        '--batch-size is "9999"',
        'concurrency in leadscore.toml is "0"',
        "both tiers are called senior; their names must differ",
        "the organisation is not named: give --region, set LEADSCORE_REGION, or write region",
        "client_id is missing: give --client-id, set LEADSCORE_CLIENT_ID, or write client_id",
        "client_secret is missing: set LEADSCORE_CLIENT_SECRET, or LEADSCORE_CLIENT_SECRET_FILE",
        "contact_list is missing: ",
        "LEADSCORE_CONTACT_LISTS is set and is no option; did you mean LEADSCORE_CONTACT_LIST?",
    ]
    assert len(found) == len(beginnings)
    for problem, beginning in zip(found, beginnings, strict=True):
        assert problem.startswith(beginning)


def test_rules_between_settings_are_told_once_beside_the_others():
    """A rule that settings break together is told whether or not each of them is good."""
    flags = {"audit": "ledger", "senior_tier": "general"}
    assert len(problems(flags)) == 2
    assert len(problems({**flags, "batch_size": "0"})) == 3


def test_the_message_counts_the_problems():
    """The message is a title and a line for each problem."""
    error = SettingsError(["a", "b"])
    assert str(error) == "2 settings cannot be used:\n  a\n  b"
    assert str(SettingsError(["a"])) == "1 setting cannot be used:\n  a"


def test_commands_that_stay_local_need_nothing():
    """Looking at the outbox takes no credentials."""
    assert load_settings().client_id == ""


def test_region_and_gateway_exclude_each_other(monkeypatch):
    """Of two places the stronger one decides; in one place both are a contradiction."""
    address = "http://127.0.0.1:8089"
    write(f'gateway = "{address}"')
    settings = load_settings({"region": "eu-west-1"})
    assert (settings.region, settings.gateway) == ("eu-west-1", "")
    monkeypatch.setenv("LEADSCORE_REGION", "us-east-1")
    settings = load_settings({"gateway": address})
    assert (settings.region, settings.gateway) == ("", address)
    monkeypatch.setenv("LEADSCORE_GATEWAY", address)
    [problem] = problems()
    both = "LEADSCORE_REGION and LEADSCORE_GATEWAY are both given; leave one of them out"
    assert problem == both


def test_the_secret_comes_from_a_variable_a_file_or_a_private_config(monkeypatch):
    """All three ways of giving a secret; the strongest place counts."""
    write(f'client_secret = "in-the-config-{SECRET}"')
    assert load_settings().read_secret().get_secret_value() == f"in-the-config-{SECRET}"
    Path("secret").write_text(f"in-the-file-{SECRET}\n")
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET_FILE", "secret")
    assert load_settings().read_secret().get_secret_value() == f"in-the-file-{SECRET}"
    monkeypatch.delenv("LEADSCORE_CLIENT_SECRET_FILE")
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", SECRET)
    assert load_settings().read_secret().get_secret_value() == SECRET
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET_FILE", "secret")
    assert "are both given" in problems()[0]


def test_a_secret_file_is_read_again_each_time():
    """A rotated secret is found without a restart."""
    Path("secret").write_text("before")
    settings = load_settings({"client_secret_file": "secret"})
    Path("secret").write_text("after")
    assert settings.read_secret().get_secret_value() == "after"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "holds no secret; one line is needed"),
        (b" \n ", "holds no secret; one line is needed"),
        (b"one\ntwo", "holds no secret; one line is needed"),
        (b"\xff\xfe", "cannot be read (it is not plain text)"),
    ],
)
def test_a_secret_file_that_holds_none_is_a_problem(content, message):
    """A secret file is tried before the run, and its content is never shown."""
    if content is not None:
        Path("secret").write_bytes(content)
    [problem] = problems({"client_secret_file": "secret"})
    assert problem.startswith(f"--client-secret-file: secret {message}")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o622])
def test_a_secret_that_others_can_read_is_refused(mode):
    """A config file with a secret is for its owner alone."""
    write(f'client_secret = "{SECRET}"', mode=mode)
    [problem] = problems()
    expected = "leadscore.toml holds client_secret and other users may read it; run: chmod 600"
    assert problem.startswith(expected)
    write("batch_size = 1", mode=mode)
    assert load_settings().batch_size == 1


def test_no_message_and_no_repr_shows_a_secret(monkeypatch):
    """Secrets do not leak through problems or through the settings' own text."""
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", SECRET)
    hook = f"https://hooks.example/{SECRET}"
    settings = load_settings({"drift_webhook": hook})
    assert SECRET not in repr(settings) + str(settings)
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", SECRET * 1_000)
    found = problems({"drift_webhook": f"ftp://{SECRET}", "batch_size": "x"})
    assert len(found) == 3
    assert SECRET not in "".join(found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = ", "--config: c.toml is no TOML: "),
        (b"a = 1\na = 2", "--config: c.toml is no TOML: "),
        (b"\xff", "--config: c.toml is no TOML: "),
        (None, "--config: c.toml does not exist; name a file or leave it out"),
    ],
)
def test_a_config_file_that_cannot_be_read_is_a_problem_beside_others(content, message):
    """A broken file does not hide what else is wrong."""
    if content is not None:
        Path("c.toml").write_bytes(content)
    found = problems({"batch_size": "0"}, config=Path("c.toml"))
    assert found[0].startswith(message)
    assert found[1].startswith("--batch-size")


def test_a_directory_is_no_config_file(monkeypatch):
    """The place that names the file is told."""
    Path("folder").mkdir()
    monkeypatch.setenv("LEADSCORE_CONFIG", "folder")
    assert problems() == [
        "LEADSCORE_CONFIG: 'folder' cannot be read (Is a directory); check its path"
    ]


def test_blank_variables_count_as_not_given(monkeypatch):
    """A variable that a script left empty changes nothing."""
    write("batch_size = 7")
    monkeypatch.setenv("LEADSCORE_BATCH_SIZE", "")
    monkeypatch.setenv("LEADSCORE_CONFIG", "")
    assert load_settings().batch_size == 7


def test_long_values_are_shown_in_part():
    """A message does not repeat a whole document."""
    [problem] = problems({"contact_list": "x y" * 5_000})
    assert len(problem) < 250
