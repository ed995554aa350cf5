"""Numbers as people read them, rounded so that they never claim more than is known."""

from recog.render.language import ngettext, pgettext

_IRREGULAR = {"person": "people"}


def _counted(one: str, many: str) -> tuple[str, str]:
    """Mark what pages count for translation."""
    return one, many


_COUNTED = {
    "face": _counted("%(num)s face", "%(num)s faces"),
    "file": _counted("%(num)s file", "%(num)s files"),
    "folder": _counted("%(num)s folder", "%(num)s folders"),
    "group": _counted("%(num)s group", "%(num)s groups"),
    "machine": _counted("%(num)s machine", "%(num)s machines"),
    "month": _counted("%(num)s month", "%(num)s months"),
    "person": _counted("%(num)s person", "%(num)s people"),
    "photo": _counted("%(num)s photo", "%(num)s photos"),
    "picture": _counted("%(num)s picture", "%(num)s pictures"),
    "worker": _counted("%(num)s worker", "%(num)s workers"),
    "year": _counted("%(num)s year", "%(num)s years"),
}


def number(value: float, decimals: int = 0) -> str:
    """Write a number with the separators of the language that is spoken: '12,408' or, with decimals, '0.310'."""
    thousands, point = pgettext("separator of thousands", ","), pgettext("decimal separator", ".")
    return f"{value:,.{decimals}f}".translate({ord(","): thousands, ord("."): point})


def distance(value: float) -> str:
    """Write a squared distance, 0 to 4, with three decimals."""
    return number(value, 3)


def distance_against(value: float, threshold: float) -> str:
    """Write a squared distance beside a threshold, with enough decimals to see on which side it lies.

    Three decimals; more, up to the seven that float32 holds, if both would read the same although they differ.
    """
    for decimals in range(3, 7):
        shown = number(value, decimals)
        if value == threshold or shown != number(threshold, decimals):
            return shown
    return number(value, 7)


def percent(probability: float) -> str:
    """Write a probability, 0 to 1: whole percents in the middle, a decimal at the ends, never a false 0 % or 100 %."""
    value = 100 * probability
    if value > 99.9:
        return f"> {number(99.9, 1)} %"
    if value < 0.1:
        return f"< {number(0.1, 1)} %"
    return f"{number(value, 1 if value < 1 or value > 99 else 0)} %"


def count(how_many: int, noun: str) -> str:
    """Count things: '1 photo', '12,408 photos', '2 people'."""
    one, many = _COUNTED.get(noun) or (f"%(num)s {noun}", f"%(num)s {_IRREGULAR.get(noun, f'{noun}s')}")
    return ngettext(one, many, how_many, num=number(how_many))


def seconds(value: float) -> str:
    """Write a wall time: '4.2 s', '3 min 12 s', '2 h 05 min'."""
    if round(value, 1) < 60:
        return f"{number(value, 1)} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def one_in(rate: float) -> str:
    """Write a small rate as odds: 0.001 -> '1 in 1,000'; 0 -> 'none seen'."""
    return f"1 in {round(1 / rate):,}" if rate > 0 else "none seen"
