"""Numbers written for people: `86.8 %`, `2.67`, `1.4 GiB`; never sixteen digits. Pure."""

import re
from math import floor, inf, isfinite, isnan, log10

DIGITS = 3
"""Significant digits of a measured value."""

AS_CONFIGURED = 9
"""For a threshold, which a person chose: enough for all of it."""

LARGEST = 10**308
"""Larger whole numbers do not fit into a float."""

MOST_DIGITS = 15
"""The digits that a float can always hold."""

# A version, an address or an id is not a number, so a number may not touch part of a word. A fraction of
# fewer than five digits is left as it was written.
_LONG = re.compile(r"(?<![\w.,:/=%&?+-])-?\d{1,15}\.\d{5,400}(?:[eE][+-]?\d{1,3})?(?![\w.,:/-]*[\w/])")

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_BITS = ("bit", "kbit", "Mbit", "Gbit", "Tbit")
_TIMES = ((2 * 86_400, 86_400, "days"), (2 * 3600, 3600, "hours"), (120, 60, "minutes"), (1, 1, "s"))
_SMALL_TIMES = ((1e-3, 1e-3, "ms"), (0, 1e-6, "µs"))
_SECONDS = {"Seconds": 1.0, "Milliseconds": 1e-3, "Microseconds": 1e-6}

# Amazon does not say whether its kilobyte has 1,000 bytes or 1,024, so these are not scaled.
_AS_TOLD = {
    "Percent": "%",
    "Kilobytes": "kB",
    "Megabytes": "MB",
    "Gigabytes": "GB",
    "Terabytes": "TB",
    "Kilobits": "kbit",
    "Megabits": "Mbit",
    "Gigabits": "Gbit",
    "Terabits": "Tbit",
    "Count": "",
    "None": "",
}


def number(value: float, digits: int = DIGITS) -> str:
    """Write a number with `digits` significant digits; a whole number is written in full, as `12,000`."""
    if isinstance(value, int) and abs(value) > LARGEST:  # as JSON may have it
        value = inf if value > 0 else -inf
    if not isfinite(value):
        return "NaN" if isnan(value) else f"{value:+f}".replace("inf", "Inf")
    if value == int(value) and abs(value) < 10**MOST_DIGITS:
        return f"{int(value):,}"
    exponent = floor(log10(abs(value)))
    if not -5 < exponent < MOST_DIGITS:
        return f"{value:.{digits - 1}e}"
    decimals = max(0, digits - 1 - exponent)
    written = f"{value:,.{decimals}f}"
    return written.rstrip("0").rstrip(".") if decimals else written


def quantity(value: float, unit: str | None = None, digits: int = DIGITS) -> str:
    """Write a number in a unit that CloudWatch names (StandardUnit), scaled to be easy to read."""
    base, _, per = (unit or "").partition("/")
    scaled, symbol = _scaled(value, base)
    rate = "/s" if per == "Second" else ""
    written = number(scaled, digits)
    return f"{written} {symbol}{rate}" if symbol else f"{written}{rate}"


def scale(value: float, unit: str | None = None) -> tuple[float, str]:
    """Return the factor and unit that make numbers of the size of `value` easy to read."""
    base, _, per = (unit or "").partition("/")
    scaled, symbol = _scaled(value, base)
    factor = scaled / value if value and isfinite(value) else 1.0
    return factor, symbol + ("/s" if per == "Second" else "")


def configured(threshold: float, unit: str | None = None) -> str:
    """Write a threshold in a unit, with all the digits that a person chose."""
    return quantity(threshold, unit, AS_CONFIGURED)


def against(value: float, threshold: float, unit: str | None = None) -> tuple[str, str]:
    """Write a value and its threshold, the value with enough digits to show which side it is on."""
    digits = DIGITS
    while digits < MOST_DIGITS and _side(_rounded(value, digits), threshold) != _side(value, threshold):
        digits += 1
    return quantity(value, unit, digits), configured(threshold, unit)


def counted(number: int, what: str) -> str:
    """Say `1 minute`, `14 minutes`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def shortened(text: str) -> str:
    """Round the overlong decimal numbers in a text: `86.83759366878994 %` becomes `86.8 %`."""
    return _LONG.sub(lambda found: number(float(found[0])), text) if "." in text else text


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")


def _side(value: float, threshold: float) -> int:
    return (value > threshold) - (value < threshold)


def _scaled(value: float, unit: str) -> tuple[float, str]:
    if not isfinite(value):
        return value, ""
    if unit in _SECONDS:
        return _time(value * _SECONDS[unit])
    if unit in ("Bytes", "Bits"):
        factor, symbols = (1024, _BINARY) if unit == "Bytes" else (1000, _BITS)
        step = 0
        while abs(value) >= factor and step + 1 < len(symbols):
            value, step = value / factor, step + 1
        return value, symbols[step]
    return value, _AS_TOLD.get(unit, unit)


def _time(seconds: float) -> tuple[float, str]:
    for least, factor, name in _TIMES + _SMALL_TIMES:
        if abs(seconds) >= least and seconds:
            return seconds / factor, name
    return 0, "s"
