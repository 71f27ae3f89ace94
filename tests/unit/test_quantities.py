"""Numbers as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.quantities import against, number, quantity, shortened

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMES = """
    Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits
    Gigabits Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second
    Terabytes/Second Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second
    None
"""
UNITS = NAMES.split()
"""StandardUnit of botocore's description of CloudWatch."""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (86.83759366878994, "86.8"),
        (2.6666666666666665, "2.67"),
        (118.0, "118"),
        (80, "80"),
        (2.5, "2.5"),
        (12000.0, "12,000"),
        (1234.5678, "1,235"),
        (0.00012345, "0.000123"),
        (1.5e-07, "1.50e-07"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (1e300, "1.00e+300"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (10**400, "+Inf"),
        (-(10**400), "-Inf"),
    ],
)
def test_a_number_is_short(value: float, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (86.8375, "Percent", "86.8 %"),
        (1503238553.6, "Bytes", "1.4 GiB"),
        (2.0**60, "Bytes", "1,024 PiB"),
        (512, "Bytes", "512 B"),
        (1_500_000, "Bits/Second", "1.5 Mbit/s"),
        (3.5, "Kilobytes", "3.5 kB"),
        (2, "Seconds", "2 s"),
        (0.25, "Seconds", "250 ms"),
        (1500, "Milliseconds", "1.5 s"),
        (12, "Microseconds", "12 µs"),
        (0, "Seconds", "0 s"),
        (600, "Seconds", "10 minutes"),
        (10_800, "Seconds", "3 hours"),
        (864_000, "Seconds", "10 days"),
        (4, "Count", "4"),
        (4, "Count/Second", "4/s"),
        (4, "None", "4"),
        (4, None, "4"),
        (4, "Furlongs", "4 Furlongs"),
        (math.inf, "Bytes", "+Inf"),
    ],
)
def test_a_quantity_has_its_unit(value: float, unit: str | None, written: str) -> None:
    assert quantity(value, unit) == written


@pytest.mark.parametrize("unit", UNITS)
def test_no_unit_of_cloudwatch_is_shown_by_its_long_name(unit: str) -> None:
    assert unit not in quantity(3, unit)


@given(value=FINITE, unit=st.sampled_from(UNITS))
def test_no_quantity_is_long(value: float, unit: str) -> None:
    assert len(quantity(value, unit).replace(",", "").replace("-", "")) <= 30
    if not value.is_integer():
        assert sum(map(str.isdigit, number(value))) <= 15


@pytest.mark.parametrize(
    ("value", "threshold", "unit", "written"),
    [
        (118.0, 50.0, None, ("118", "50")),
        (31.3, 20.0, "Seconds", ("31.3 s", "20 s")),
        (99.95, 99.99, "Percent", ("99.95 %", "99.99 %")),
        (99.9504, 100.0, "Percent", ("99.95 %", "100 %")),
        (5.0, 5.0, None, ("5", "5")),
    ],
)
def test_a_value_differs_from_its_threshold(
    value: float, threshold: float, unit: str | None, written: tuple[str, str]
) -> None:
    assert against(value, threshold, unit) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CPU is at 86.83759366878994%", "CPU is at 86.8%"),
        (
            "[99.50160229693434 (02/10/19 16:59:00)] was above (50.0).",
            "[99.5 (02/10/19 16:59:00)] was above (50.0).",
        ),
        ("B0 = -0.123456789, and then 2.66666666.", "B0 = -0.123, and then 2.67."),
        ("1.23456789e-07 seconds", "1.23e-07 seconds"),
        ("0.5 of 3.1415", "0.5 of 3.1415"),
        ("10.0.12345.6", "10.0.12345.6"),
        ("v1.234567", "v1.234567"),
        ("https://e.org/?v=1.2345678&a=2.3456789", "https://e.org/?v=1.2345678&a=2.3456789"),
        ("id 1.234567-abc", "id 1.234567-abc"),
        ("0.123456789012 of 12345678901234567890", "0.123 of 12345678901234567890"),
    ],
)
def test_an_overlong_number_in_a_text_is_rounded(text: str, written: str) -> None:
    assert shortened(text) == written
    assert shortened(written) == written
