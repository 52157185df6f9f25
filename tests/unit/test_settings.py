import pytest

from services.settings import names, read_settings, unknown_names
from streams.errors import ConfigError


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in names():
        monkeypatch.delenv(name, raising=False)


def test_every_setting_has_a_safe_default(monkeypatch):
    settings = read_settings({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.delivery.allowed_hosts == ()


def test_the_environment_is_read_and_what_is_given_by_name_stands_before_it(monkeypatch, tmp_path):
    monkeypatch.setenv("TOCSIN_PORT", "9000")
    monkeypatch.setenv("TOCSIN_LOG_LEVEL", "debug")
    monkeypatch.setenv("TOCSIN_INTAKE__MAX_LINES", "7")
    monkeypatch.setenv("TOCSIN_DELIVERY__ALLOWED_HOSTS", '["127.0.0.1"]')
    settings = read_settings({"port": 9001, "data_dir": tmp_path})
    assert (settings.port, settings.log_level, settings.data_dir) == (9001, "debug", tmp_path)
    assert (settings.intake.max_lines, settings.delivery.allowed_hosts) == (7, ("127.0.0.1",))


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("TOCSIN_PORT", "")
    assert read_settings({}).port == 8080


# A wrong value -> the setting that the error names.
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOCSIN_PORT", "eighty"),
        ("TOCSIN_PORT", "65536"),
        ("TOCSIN_TICK_SECONDS", "0"),
        ("TOCSIN_LOG_LEVEL", "loud"),
        ("TOCSIN_INTAKE__MAX_LINES", "-1"),
        ("TOCSIN_INTAKE__MAX_LINE", "5"),  # mistyped within a group
        ("TOCSIN_DELIVERY__WORKERS", "1000"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name}: "):
        read_settings({})


def test_a_list_that_is_no_json_is_refused(monkeypatch):
    monkeypatch.setenv("TOCSIN_DELIVERY__ALLOWED_HOSTS", "127.0.0.1")
    with pytest.raises(ConfigError, match="JSON"):
        read_settings({})


def test_an_error_does_not_show_the_secret(monkeypatch):
    monkeypatch.setenv("TOCSIN_SECRET_KEY", "hunter2")
    monkeypatch.setenv("TOCSIN_PORT", "x")
    with pytest.raises(ConfigError) as refused:
        read_settings({})
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(read_settings({"port": 1}))


# A name in the environment -> what is said of it.
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("TOCSIN_PORT", []),
        ("tocsin_port", []),  # names are read in either case
        ("TOCSIN_DELIVERY__WORKERS", []),
        ("PORT", []),  # not ours
        ("TOCSIN_PROT", [("TOCSIN_PROT", "TOCSIN_PORT")]),
        ("TOCSIN_DELIVERY_WORKERS", [("TOCSIN_DELIVERY_WORKERS", "TOCSIN_DELIVERY__WORKERS")]),
        ("TOCSIN_ZZZZZZZZZZ", [("TOCSIN_ZZZZZZZZZZ", None)]),
    ],
)
def test_a_mistyped_name_is_found_and_the_nearest_told(name, told):
    assert unknown_names({name: "1", "PATH": "/bin"}) == told


def test_names_are_the_leaves_of_the_tree():
    assert "TOCSIN_DELIVERY__ALLOWED_HOSTS" in set(names())
    assert "TOCSIN_DELIVERY" not in set(names())


def test_links_begin_with_the_public_address_where_there_is_one():
    assert read_settings({}).base_url == "http://127.0.0.1:8080"
    assert read_settings({"public_url": "https://tocsin.example/"}).base_url == "https://tocsin.example"
