"""One function per chart: an Arrow table in, an Altair chart out. Imports no Streamlit.

One module per page. Every chart has a title that says what is shown with n, and axes with their units; those of the history
also a description for people who do not see them. Text that a person or a model wrote reaches a chart as data and never as
part of an expression.
"""

from dashboard.charts.accuracy import accuracy_intervals, reliability_diagram
from dashboard.charts.agreement import pair_matrix
from dashboard.charts.answers import predictions_chart, words_heat_map
from dashboard.charts.distributions import quantile_bands_over_time, quantile_curves, rank_score_curves
from dashboard.charts.diversity import coverage_points, distinct_words_over_time, hill_profiles, rarefaction_curves
from dashboard.charts.parts import Chart
from dashboard.charts.vocabulary import marking_words, region_bars

__all__ = [
    "Chart",
    "accuracy_intervals",
    "coverage_points",
    "distinct_words_over_time",
    "hill_profiles",
    "marking_words",
    "pair_matrix",
    "predictions_chart",
    "quantile_bands_over_time",
    "quantile_curves",
    "rank_score_curves",
    "rarefaction_curves",
    "region_bars",
    "reliability_diagram",
    "words_heat_map",
]
