"""An estimate in words holds its interval, or says why there is none."""

from __future__ import annotations

from dashboard import estimates
from dashboard.estimates import estimate, span
from pipelines import statistics
from pipelines.statistics import Interval

TOLD = Interval(0.456, 0.35, 0.567, 38)
FEW = Interval(0.456, None, None, 9)


def test_an_estimate_has_its_interval() -> None:
    assert estimate(TOLD) == "0.46 (0.35 to 0.57)"
    assert estimate(TOLD, as_share=True) == "46 % (35 to 57 %)"


def test_few_prompts_have_a_point_and_no_interval() -> None:
    assert estimate(FEW, as_share=True) == "46 % (n = 9)"
    assert span(FEW) == "n = 9, no interval"


def test_what_is_not_known_is_not_guessed() -> None:
    assert estimate(None) == "-"
    assert span(None) == "not known"


def test_the_fewest_prompts_are_those_of_the_statistics() -> None:
    assert estimates.FEWEST_FOR_INTERVAL == statistics.FEWEST_FOR_INTERVAL


def test_a_figure_of_other_prompts_than_the_line_says_so() -> None:
    assert estimate(TOLD, of=40) == "0.46 (0.35 to 0.57; n = 38)"
    assert estimate(TOLD, of=38) == estimate(TOLD)
    assert estimate(FEW, of=38) == "0.46 (n = 9)"
