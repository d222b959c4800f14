"""A comparison as one HTML page to keep or to send: it opens without network, runs nothing, prints. Imports no Streamlit."""

from dashboard.report.contents import MOST_BLANKS, contents
from dashboard.report.name import report_name
from dashboard.report.page import as_page

__all__ = ["MOST_BLANKS", "as_page", "contents", "report_name"]
