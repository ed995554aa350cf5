"""The container files name what recog has: verbs, options, settings, extras, files. No container engine runs here."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from typer.main import get_command

from recog.cli.app import app
from recog.config import Settings

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))[
    "services"
]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "recog"}


@pytest.mark.parametrize("name", OURS)
def test_each_command_is_one_that_the_command_line_parses(name: str) -> None:
    context = get_command(app).make_context("recog", list(OURS[name]["command"]))
    command: Any = context.command
    words = list(OURS[name]["command"])
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_setting(name: str) -> None:
    assert {f"RECOG_{setting.upper()}" for setting in Settings.model_fields} >= set(OURS[name]["environment"])


def test_the_services_are_those_that_the_page_starts() -> None:
    page = (ROOT / "docs/how-to/containers.md").read_text(encoding="utf-8")
    told = re.findall(r"docker compose (?:up|run|logs)(?: --\w+)* (\w+)", page)
    assert set(told) == {"server", "index", "worker"}
    assert set(told) | {"database", "weights"} == set(SERVICES)


def test_photos_are_read_only_and_nothing_listens_beyond_this_machine() -> None:
    for service in OURS.values():
        assert [mount for mount in service["volumes"] if mount.endswith(":/photos:ro")]
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:54320:5432"]
    assert "--allow-network" not in OURS["server"]["command"]


def test_what_the_image_is_made_from_is_there() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE) for word in line.split()[:-1]
    ]
    assert len(copied) == 6
    assert all((ROOT / word).exists() for word in copied)
    (extras,) = re.findall(r"'\.\[([\w,]+)\]'", CONTAINERFILE)
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(extras.split(",")) <= set(known)
    settings = re.findall(r"RECOG_(\w+)=", CONTAINERFILE)
    assert {name.lower() for name in settings} <= set(Settings.model_fields)


def test_the_versions_are_taken_from_the_lock_file() -> None:
    (expression,) = re.findall(r"sed -nE '(s/.*/p)'", CONTAINERFILE)
    assert expression == r"s/^([A-Za-z0-9._-]+==[^ ;]+).*/\1/p"
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = [found[1] for line in lines if (found := re.match(r"^([A-Za-z0-9._-]+==[^ ;]+).*", line))]
    assert len(pinned) == sum(bool(re.match(r"^[A-Za-z0-9]", line)) for line in lines)
