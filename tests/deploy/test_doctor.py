"""What `limner doctor` finds."""

import importlib.util
import socket
from pathlib import Path

import pytest

from limner.deploy.doctor import Finding, State, examine
from limner.deploy.keys import master_key
from limner.deploy.settings import Settings
from limner.engine.models.base import load_base
from limner.tests.engine.fuse.test_adapters import make_lora
from limner.tests.engine.models.test_face_adapter import write_face_adapter
from limner.tests.fakes.controlnet import write_controlnet
from limner.tests.fakes.single_file import write_sd15_of_four_levels


def found(home: Path, **environ: str) -> dict[str, Finding]:
    """Return the findings by their subjects."""
    return {one.subject: one for one in examine(Settings.from_env({"LIMNER_HOME": str(home), **environ}))}


def test_every_finding_is_a_sentence(tmp_path: Path) -> None:
    """Each finding ends as a sentence does, good or not."""
    for finding in found(tmp_path, LIMNER_BASE_MODEL="nowhere").values():
        assert finding.sentence.endswith("."), finding


def test_looking_changes_nothing(tmp_path: Path) -> None:
    """A look at a machine without limner's home makes none."""
    found(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_missing_tokens_are_no_fault(tmp_path: Path) -> None:
    """A bot without a token is optional, and with one it is there; the token is not printed."""
    assert found(tmp_path)["Telegram"].state is State.OPTIONAL
    telegram = found(tmp_path, TELEGRAM_BOT_TOKEN="1:secret")["Telegram"]
    assert telegram.state is State.GOOD
    assert "secret" not in telegram.sentence


def test_a_token_without_its_library_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token says that the bot is wanted: without python-telegram-bot the doctor names the extra."""
    here = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "telegram" else here(name))
    telegram = found(tmp_path, TELEGRAM_BOT_TOKEN="1:secret")["Telegram"]
    assert telegram.state is State.MISSING
    assert "limner[telegram]" in telegram.sentence


def test_a_missing_library_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torch the doctor does not fail itself: it names the extra that brings it."""
    here = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else here(name))
    torch = found(tmp_path)["torch"]
    assert torch.state is State.MISSING
    assert "limner[engine]" in torch.sentence


def test_a_base_model_that_is_none_is_missing(tmp_path: Path) -> None:
    """A folder without model_index.json is no base model, and neither is a name that means nothing."""
    assert "model_index.json" in found(tmp_path, LIMNER_BASE_MODEL=str(tmp_path))["base model"].sentence
    nothing = found(tmp_path, LIMNER_BASE_MODEL="sd99")["base model"]
    assert nothing.state is State.MISSING
    assert "nano" in nothing.sentence


def test_a_silent_redis_is_missing_and_its_password_stays_secret(tmp_path: Path) -> None:
    """A REDIS_URL at which nothing answers is missing; the password in it is not printed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        redis = found(tmp_path, REDIS_URL=f"redis://:secret@127.0.0.1:{unused.getsockname()[1]}")["Redis"]
    assert redis.state is State.MISSING
    assert "secret" not in redis.sentence


def test_a_redis_that_listens_is_good(tmp_path: Path) -> None:
    """A REDIS_URL at which something listens is good, by TCP or by unix socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert found(tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}")["Redis"].state is State.GOOD


def test_a_key_that_others_may_read_is_missing(tmp_path: Path) -> None:
    """The doctor sees a key file with loose rights."""
    master_key(Settings.from_env({"LIMNER_HOME": str(tmp_path)}))
    assert found(tmp_path)["master key"].state is State.GOOD
    (tmp_path / "keys/master.key").chmod(0o640)
    assert found(tmp_path)["master key"].state is State.MISSING


CHOSEN = {"LIMNER_ANALYSER": "insightface", "LIMNER_INSIGHTFACE_LICENCE": "non-commercial"}


def test_what_nobody_chose_is_not_looked_for(tmp_path: Path) -> None:
    """InsightFace and a face parser are optional: without a choice the doctor does not speak of them."""
    assert not {"InsightFace", "face parser"} & found(tmp_path).keys()


def test_a_chosen_pack_is_told_with_its_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack that is complete is good, with its licence and where it runs; of an incomplete one the files are named."""
    pack = {**CHOSEN, "LIMNER_INSIGHTFACE_PACK": str(tmp_path)}
    lacking = found(tmp_path, **pack)["InsightFace"]
    assert lacking.state is State.MISSING
    assert "1k3d68.onnx" in lacking.sentence
    for name in ("det_10g.onnx", "1k3d68.onnx", "genderage.onnx", "w600k_r50.onnx"):
        (tmp_path / name).write_bytes(b"")
    complete = found(tmp_path, **pack)["InsightFace"]
    assert complete.state is State.GOOD
    assert "non-commercial" in complete.sentence
    assert "ONNX Runtime's build here has no CUDA" in complete.sentence
    monkeypatch.setattr("limner.engine.preprocess.insight.available", lambda: ["CUDAExecutionProvider"])
    assert "the GPU, where torch sees one" in found(tmp_path, **pack)["InsightFace"].sentence


def test_a_library_that_cannot_be_loaded_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed is not enough: where OpenCV finds no libGL the doctor says so."""
    for name in ("det_10g.onnx", "1k3d68.onnx", "genderage.onnx", "w600k_r50.onnx"):
        (tmp_path / name).write_bytes(b"")

    def fail() -> None:
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr("limner.engine.preprocess.insight.available", fail)
    finding = found(tmp_path, **CHOSEN, LIMNER_INSIGHTFACE_PACK=str(tmp_path))["InsightFace"]
    assert finding.state is State.MISSING
    assert "libGL.so.1" in finding.sentence
    assert "docs/analysers.md" in finding.sentence


def test_a_chosen_parser_needs_its_files(tmp_path: Path) -> None:
    """A face parser without weights is missing, with them it is good."""
    (tmp_path / "config.json").write_text("{}")
    assert found(tmp_path, LIMNER_FACE_PARSER=str(tmp_path))["face parser"].state is State.MISSING
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert found(tmp_path, LIMNER_FACE_PARSER=str(tmp_path))["face parser"].state is State.GOOD


def test_a_gpu_that_is_too_small_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base model that does not fit the GPU is told with both figures; one that fits is good."""
    monkeypatch.setattr("limner.deploy.doctor.gpu_memory", lambda _: 1 << 20)
    small = found(tmp_path)["room"]
    assert small.state is State.MISSING
    assert "What would fit" in small.sentence
    monkeypatch.setattr("limner.deploy.doctor.gpu_memory", lambda _: 24 << 30)
    assert found(tmp_path)["room"].state is State.GOOD


def test_what_nobody_named_beside_the_base_is_not_looked_for(tmp_path: Path) -> None:
    """LCM-LoRA, IP-Adapter and ControlNet are optional: the doctor speaks of those alone that are set."""
    assert not {"LCM-LoRA", "IP-Adapter", "ControlNet"} & found(tmp_path).keys()


def test_what_lies_beside_the_base_must_fit_it(tmp_path: Path) -> None:
    """What does not fit the base is missing, in a sentence that names the variable to set."""
    (tmp_path / "lora.safetensors").write_bytes(b"no tensors")
    broken = {
        "LIMNER_FEW_STEP_LORA": str(tmp_path / "lora.safetensors"),
        "LIMNER_IP_ADAPTER": str(tmp_path / "lora.safetensors"),
        "LIMNER_CONTROLNET": str(tmp_path),
    }
    findings = found(tmp_path, **broken)
    for subject, variable in zip(("LCM-LoRA", "IP-Adapter", "ControlNet"), broken, strict=True):
        assert findings[subject].state is State.MISSING
        assert variable in findings[subject].sentence
        assert findings[subject].sentence.endswith(".")
    assert "ControlNet" not in found(tmp_path, **broken, LIMNER_BASE_MODEL="nowhere")


def test_what_fits_the_base_is_good(tmp_path: Path) -> None:
    """LCM-LoRA, IP-Adapter and ControlNet that were made for the base are good."""
    base = write_sd15_of_four_levels(tmp_path / "tiny")
    lora, adapter = tmp_path / "lora.safetensors", tmp_path / "adapter.safetensors"
    loaded = load_base(base)
    lora.write_bytes(make_lora(loaded, "lcm", rank=2, seed=0, targets=("to_k",)))
    fitting = {
        "LIMNER_BASE_MODEL": str(base),
        "LIMNER_FEW_STEP_LORA": str(lora),
        "LIMNER_IP_ADAPTER": str(write_face_adapter(loaded, adapter, width=128)),
        "LIMNER_CONTROLNET": str(write_controlnet(base, tmp_path / "net")),
    }
    findings = found(tmp_path, **fitting)
    for subject in ("LCM-LoRA", "IP-Adapter", "ControlNet"):
        assert findings[subject].state is State.GOOD, findings[subject]
