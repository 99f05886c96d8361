"""Settings: defaults that need nothing, and sentences for values that cannot be used."""

from pathlib import Path

import pytest

from limner.deploy.errors import SettingsError
from limner.deploy.settings import Settings
from limner.engine.models.running import Running


def test_nothing_set_gives_local_defaults(tmp_path: Path) -> None:
    """With only a home folder everything lies below it and no Redis is asked for."""
    settings = Settings.from_env({"LIMNER_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/limner.db"
    assert settings.object_store_url == f"file://{tmp_path}/objects"
    assert settings.redis_url is None
    assert settings.base_model == "nano"
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 8484)


def test_empty_values_count_as_unset(tmp_path: Path) -> None:
    """A variable that is set to nothing, as a compose file leaves it, is the same as an unset one."""
    named = dict.fromkeys(["REDIS_URL", "LIMNER_WEB_PORT", "TELEGRAM_BOT_TOKEN", "LIMNER_MASTER_KEY"], "")
    assert Settings.from_env({"LIMNER_HOME": str(tmp_path), **named}) == Settings.from_env(
        {"LIMNER_HOME": str(tmp_path)}
    )


def test_a_relative_home_is_made_absolute() -> None:
    """A relative LIMNER_HOME means the same folder in every process, wherever it runs."""
    assert Settings.from_env({"LIMNER_HOME": "here"}).home == Path.cwd() / "here"


def test_how_the_base_runs_is_the_machines_affair_unless_said(tmp_path: Path) -> None:
    """Without a word device and precision are found out; what is said is taken, and can be told to the painter."""
    home = {"LIMNER_HOME": str(tmp_path)}
    assert Settings.from_env(home).running == Running()
    said = {"LIMNER_DEVICE": "cuda:1", "LIMNER_PRECISION": "float16", "LIMNER_OFFLOAD": "1", "LIMNER_QUANTISE": "int8"}
    running = Settings.from_env(home | said).running
    assert running == Running("cuda:1", "float16", offload=True, quantise="int8")
    assert " ".join(running.arguments()) == "--device cuda:1 --precision float16 --quantise int8 --offload"


@pytest.mark.parametrize("name", ["LIMNER_DEVICE", "LIMNER_PRECISION", "LIMNER_QUANTISE", "LIMNER_OFFLOAD"])
def test_ways_of_running_that_there_are_not(tmp_path: Path, name: str) -> None:
    """A word that means nothing is refused with the variable's name, before anything is loaded."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({"LIMNER_HOME": str(tmp_path), name: "fast"})


@pytest.mark.parametrize("text, days", [("", 30), ("0", 0), ("365", 365)])
def test_things_are_kept_for_a_month_or_as_long_as_is_said(tmp_path: Path, text: str, days: int) -> None:
    """Without a word it is thirty days; 0 means for ever."""
    settings = Settings.from_env({"LIMNER_HOME": str(tmp_path), "LIMNER_RETENTION_DAYS": text})
    assert settings.retention_days == days


def test_a_retention_time_below_zero_is_refused(tmp_path: Path) -> None:
    """A negative time, by which everything would be too old at once, is no setting."""
    with pytest.raises(SettingsError, match=r"LIMNER_RETENTION_DAYS.*from 0 to 36500"):
        Settings.from_env({"LIMNER_HOME": str(tmp_path), "LIMNER_RETENTION_DAYS": "-1"})


@pytest.mark.parametrize("port", ["eighty", "-1", "65536", "8.5", "²"])
def test_a_port_that_is_none_is_refused_with_its_name(tmp_path: Path, port: str) -> None:
    """A port that is no port names the variable, the value and what it may be."""
    with pytest.raises(SettingsError, match=r"LIMNER_WEB_PORT.*from 0 to 65535"):
        Settings.from_env({"LIMNER_HOME": str(tmp_path), "LIMNER_WEB_PORT": port})


def test_a_styles_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A folder of styles that does not exist is named."""
    with pytest.raises(SettingsError, match="nowhere"):
        Settings.from_env({"LIMNER_HOME": str(tmp_path), "LIMNER_STYLES": f"{tmp_path}:{tmp_path}/nowhere"})


def test_insightface_needs_its_licence_named(tmp_path: Path) -> None:
    """Who chooses InsightFace without naming its packs' licence is told what it is and what to do, in one sentence."""
    with pytest.raises(
        SettingsError, match=r"^LIMNER_INSIGHTFACE_LICENCE is ''\. Set it to non-commercial if .*dlib\.$"
    ):
        Settings.from_env({"LIMNER_HOME": str(tmp_path), "LIMNER_ANALYSER": "insightface"})


@pytest.mark.parametrize(
    "environ, pack",
    [
        ({}, None),
        ({"LIMNER_ANALYSER": "dlib", "LIMNER_INSIGHTFACE_PACK": "antelopev2"}, None),
        ({"LIMNER_ANALYSER": "insightface", "LIMNER_INSIGHTFACE_LICENCE": "non-commercial"}, "buffalo_l"),
        (
            {
                "LIMNER_ANALYSER": "insightface",
                "LIMNER_INSIGHTFACE_LICENCE": "non-commercial",
                "LIMNER_INSIGHTFACE_PACK": "antelopev2",
            },
            "antelopev2",
        ),
    ],
)
def test_dlib_finds_faces_unless_insightface_is_chosen(
    tmp_path: Path, environ: dict[str, str], pack: str | None
) -> None:
    """A pack is used only where its analyser is chosen and its licence named; without a name it is buffalo_l."""
    assert Settings.from_env({"LIMNER_HOME": str(tmp_path), **environ}).insightface_pack == pack


def test_an_analyser_that_is_none_is_refused(tmp_path: Path) -> None:
    """A name that is no analyser's is answered with those there are."""
    with pytest.raises(SettingsError, match=r"LIMNER_ANALYSER is 'opencv'\. Set it to dlib or insightface\."):
        Settings.from_env({"LIMNER_HOME": str(tmp_path), "LIMNER_ANALYSER": "opencv"})


@pytest.mark.parametrize("name,value", [("LIMNER_OFFLINE", "1"), ("HF_HUB_OFFLINE", "1"), ("HF_HUB_OFFLINE", "true")])
def test_offline_is_said_in_two_ways(name: str, value: str, tmp_path: Path) -> None:
    """The word of limner for offline and the hub library's both count."""
    assert Settings.from_env({"LIMNER_HOME": str(tmp_path), name: value}).offline
    assert not Settings.from_env({"LIMNER_HOME": str(tmp_path)}).offline


def test_files_beside_the_base_model_are_found_or_named(tmp_path: Path) -> None:
    """LCM-LoRA, IP-Adapter and ControlNet are files or folders that exist; the painter is told of the first two."""
    adapter = tmp_path / "adapters"
    adapter.mkdir()
    home = {"LIMNER_HOME": str(tmp_path)}
    running = Settings.from_env({**home, "LIMNER_IP_ADAPTER": str(adapter)}).running
    assert (running.face_adapter, running.few_step_lora) == (adapter, None)
    assert list(running.arguments()[-2:]) == ["--face-adapter", str(adapter)]
    assert Settings.from_env({**home, "LIMNER_CONTROLNET": str(adapter)}).controlnet == adapter
    with pytest.raises(SettingsError, match=r"LIMNER_FEW_STEP_LORA.*exists"):
        Settings.from_env({**home, "LIMNER_FEW_STEP_LORA": str(tmp_path / "nowhere.safetensors")})
    with pytest.raises(SettingsError, match=r"LIMNER_CONTROLNET.*exists"):
        Settings.from_env({**home, "LIMNER_CONTROLNET": str(tmp_path / "nowhere")})


def test_styles_of_ones_own_are_found_without_a_setting(tmp_path: Path) -> None:
    """The home's styles are read where there are any, before those of LIMNER_STYLES, whose first takes new ones."""
    home, listed = tmp_path / "home", tmp_path / "listed"
    listed.mkdir()
    settings = Settings.from_env({"LIMNER_HOME": str(home)})
    assert (settings.style_folders, settings.new_styles) == ((), home / "styles")
    (home / "styles").mkdir(parents=True)
    assert Settings.from_env({"LIMNER_HOME": str(home)}).style_folders == (home / "styles",)
    settings = Settings.from_env({"LIMNER_HOME": str(home), "LIMNER_STYLES": str(listed)})
    assert (settings.style_folders, settings.new_styles) == ((home / "styles", listed), listed)
