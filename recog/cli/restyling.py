"""The verbs that give sounds and volumes a style: style sound, style volume."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.style.sound.settings import SoundSettings
from recog.style.volume.settings import VolumeSettings

if TYPE_CHECKING:
    from recog.style.sound.transfer import StyledSound
    from recog.style.volume.transfer import StyledVolume

_SOUND, _VOLUME = SoundSettings(), VolumeSettings()
Content = Annotated[Path, typer.Argument(metavar="CONTENT", show_default=False)]
Style = Annotated[Path, typer.Argument(metavar="STYLE", show_default=False)]
Out = Annotated[Path, typer.Argument(metavar="OUT", show_default=False)]
Steps = Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="Optimiser steps, over all scales.")]
Weight = Annotated[float, typer.Option(metavar="W", help="Weight of the style; the weight of the content is 1.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random filters.")]


@verb
def sound(
    session: Session,
    content: Content,
    style: Style,
    out: Out,
    *,
    steps: Steps = _SOUND.steps,
    weight: Weight = _SOUND.weight,
    seed: Seed = _SOUND.seed,
) -> None:
    """Play the sound CONTENT in the texture of the sound STYLE.

    Both are WAV files of one sample rate and of at most two minutes; several channels become one. OUT is a new WAV
    file, as long as CONTENT. No network is brought, and no library is needed.

    Example:
      recog style sound melody.wav rain.wav rainy-melody.wav
    """
    from recog.style.files import check_target, publish
    from recog.style.sound.transfer import stylize_sound
    from recog.style.sound.wav import WAV, encoded_wav, read_wav

    check_target(out, WAV)
    settings = SoundSettings(steps=steps, weight=weight, seed=seed)
    began = time.perf_counter()
    with counting_bar() as progress:
        found = stylize_sound(read_wav(content), read_wav(style), settings, progress)
    publish(encoded_wav(found.sound), out, WAV)
    _show(session, found, out, time.perf_counter() - began)


@verb
def volume(
    session: Session,
    content: Content,
    style: Style,
    out: Out,
    *,
    steps: Steps = _VOLUME.steps,
    weight: Weight = _VOLUME.weight,
    seed: Seed = _VOLUME.seed,
) -> None:
    """Build the volume or short film CONTENT in the texture of STYLE.

    Each is an array (.npy) of (depth, height, width), with or without a last axis of three colours, a folder of
    pictures of one size, or an animation (.gif, .webp), and has at most a million voxels. OUT is a new file, .npy,
    .gif or .webp. No network is brought, and no library is needed.

    Example:
      recog style volume ball.npy weave.npy woven-ball.npy
      recog style volume waves.gif flames.gif burning-waves.webp
    """
    from recog.style.files import check_target, publish
    from recog.style.volume.files import VOLUME, encoded_volume, read_volume
    from recog.style.volume.transfer import stylize_volume

    check_target(out, VOLUME)
    settings = VolumeSettings(steps=steps, weight=weight, seed=seed)
    began = time.perf_counter()
    with counting_bar() as progress:
        found = stylize_volume(read_volume(content), read_volume(style), settings, progress)
    publish(encoded_volume(found.volume, out.suffix.lower()), out, VOLUME)
    _show(session, found, out, time.perf_counter() - began)


def _show(session: Session, found: StyledSound | StyledVolume, out: Path, seconds: float) -> None:
    from recog.render.text_restyling import restyled, restyled_document

    session.show_document(restyled_document(found, out, seconds), restyled(found, out, seconds))
