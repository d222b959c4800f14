"""What people take away: all rows of a view or a query, as a file that says what it holds and how to get it again."""

from storage.exports.exporting import export, export_into
from storage.exports.manifest import Manifest, manifest_path
from storage.exports.naming import file_name, selection_in_a_name
from storage.exports.sources import VIEWS, VIEWS_OF_A_RUN, Source, of_query, of_run, of_runs, of_view

__all__ = [
    "VIEWS",
    "VIEWS_OF_A_RUN",
    "Manifest",
    "Source",
    "export",
    "export_into",
    "file_name",
    "manifest_path",
    "of_query",
    "of_run",
    "of_runs",
    "of_view",
    "selection_in_a_name",
]
