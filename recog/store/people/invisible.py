"""Remove invisible characters from names, so that no two names look the same; keep those that a script needs."""

import unicodedata
from collections.abc import Sequence
from itertools import chain

_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9
"""Combining class of the marks that take a letter's vowel away; joiners beside one choose how letters are written."""
_ARABIC = "AL"
"""Bidirectional class of Arabic and Syriac letters, which are joined."""
_HAMZA = "\u0621"
_NEVER_JOINED_ON = frozenset(
    chain(
        (0x621, 0x622, 0x623, 0x624, 0x625, 0x627, 0x629, 0x648, 0x6C0, 0x6CD, 0x6CF, 0x6D5),
        range(0x62F, 0x633),
        range(0x671, 0x674),
        range(0x675, 0x678),
        range(0x688, 0x69A),
        range(0x6C3, 0x6CC),
        range(0x6D2, 0x6D4),
        range(0x6EE, 0x6F0),
    )
)
"""Arabic letters that never join the next one: a non-joiner after them is invisible."""
_SEEN = frozenset(
    chain((0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD), range(0x600, 0x606), range(0x13430, 0x13440))
)
"""Format characters that are drawn: signs around Arabic numbers, and what places hieroglyphs."""
_BLANK = frozenset((0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0))
"""Letters and marks that are drawn as nothing."""
_SELECTORS = frozenset(chain(range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)))
"""Variation selectors: they choose a form of the ideograph (Japanese names need them) or emoji before them."""
_MONGOLIAN = range(0x1820, 0x18AB)
_MONGOLIAN_FORMS = frozenset(range(0x180B, 0x1810))
_SKIN = range(0x1F3FB, 0x1F400)


def without_invisible(name: str) -> str:
    """Return the name in NFC without invisible characters; a blank Braille cell counts as a space.

    Kept are joiners beside a virama (Malayalam, Sinhala, Bengali ...) and between emoji, non-joiners between Arabic
    letters that would otherwise be joined (Persian), and selectors after an ideograph, an emoji or a Mongolian letter.
    For joiners this is the rule of RFC 5892, appendix A, with two departures: emoji, and a joiner before a virama,
    which Bengali writes.
    """
    clean, before = unicodedata.normalize("NFC", name.replace("\u2800", " ")), ""
    while clean != before:  # a removed character may have separated a letter from its accent
        before, clean = clean, unicodedata.normalize("NFC", _once_without(clean))
    return clean


def _once_without(name: str) -> str:
    follows = [""] * len(name)
    """For each character, the next visible one."""
    for place in range(len(name) - 1, 0, -1):
        follows[place - 1] = follows[place] if _is_invisible(name[place]) else name[place]
    kept: list[str] = []
    for character, after in zip(name, follows, strict=True):
        if not _is_invisible(character) or (kept and _is_needed(character, kept, after)):
            kept.append(character)
    return "".join(kept)


def _is_invisible(character: str) -> bool:
    code = ord(character)
    if unicodedata.category(character) == "Cf":
        return code not in _SEEN
    return code in _BLANK or code in _SELECTORS or code in _MONGOLIAN_FORMS


def _is_needed(character: str, kept: Sequence[str], after: str) -> bool:
    """Return whether an invisible character matters after the kept ones and before the next visible one."""
    before, code = kept[-1], ord(character)
    if code in _SELECTORS:
        return unicodedata.category(before) == "So" or unicodedata.name(before, "").startswith("CJK ")
    if code in _MONGOLIAN_FORMS:
        return ord(before) in _MONGOLIAN
    if character not in {_NON_JOINER, _JOINER} or before in {_NON_JOINER, _JOINER}:
        return False
    if unicodedata.combining(before) == _VIRAMA or (after and unicodedata.combining(after) == _VIRAMA):
        return True
    if character == _JOINER:
        drawn = unicodedata.category(before) == "So" or ord(before) in _SELECTORS or ord(before) in _SKIN
        return drawn and after != "" and unicodedata.category(after) == "So"
    letter = next((one for one in reversed(kept) if not unicodedata.category(one).startswith("M")), "")
    return _is_joined(letter) and ord(letter) not in _NEVER_JOINED_ON and _is_joined(after) and after != _HAMZA


def _is_joined(letter: str) -> bool:
    return letter != "" and unicodedata.bidirectional(letter) == _ARABIC
