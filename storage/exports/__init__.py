"""What people take away: all rows of a view or a query, as a file that says what it holds and how to get it again."""

from storage.exports.exporting import export
from storage.exports.manifest import Manifest, manifest_path
from storage.exports.naming import file_name, selection_in_a_name
from storage.exports.sources import VIEWS, Source, of_query, of_runs, of_view

__all__ = [
    "VIEWS",
    "Manifest",
    "Source",
    "export",
    "file_name",
    "manifest_path",
    "of_query",
    "of_runs",
    "of_view",
    "selection_in_a_name",
]
