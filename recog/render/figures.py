"""Numbers as people read them, rounded so that they never claim more than is known."""

_IRREGULAR = {"person": "people"}


def distance(value: float) -> str:
    """Write a squared distance, 0 to 4, with three decimals."""
    return f"{value:.3f}"


def distance_against(value: float, threshold: float) -> str:
    """Write a squared distance beside a threshold, with enough decimals to see on which side it lies.

    Three decimals; more, up to the seven that float32 holds, if both would read the same although they differ.
    """
    for decimals in range(3, 7):
        shown = f"{value:.{decimals}f}"
        if value == threshold or shown != f"{threshold:.{decimals}f}":
            return shown
    return f"{value:.7f}"


def percent(probability: float) -> str:
    """Write a probability, 0 to 1: whole percents in the middle, a decimal at the ends, never a false 0 % or 100 %."""
    value = 100 * probability
    if value > 99.9:
        return "> 99.9 %"
    if value < 0.1:
        return "< 0.1 %"
    return f"{value:.1f} %" if value < 1 or value > 99 else f"{value:.0f} %"


def count(number: int, noun: str) -> str:
    """Count things: '1 photo', '12,408 photos', '2 people'."""
    plural = _IRREGULAR.get(noun, f"{noun}s")
    return f"{number:,} {noun if number == 1 else plural}"


def seconds(value: float) -> str:
    """Write a wall time: '4.2 s', '3 min 12 s', '2 h 05 min'."""
    if round(value, 1) < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def one_in(rate: float) -> str:
    """Write a small rate as odds: 0.001 -> '1 in 1,000'; 0 -> 'none seen'."""
    return f"1 in {round(1 / rate):,}" if rate > 0 else "none seen"
