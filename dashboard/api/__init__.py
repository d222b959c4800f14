"""The HTTP API beside the pages: the same use cases, log and limits, for programs. `docs/http.md` says how it is used.

Streamlit is reached through `dashboard.resources` and `dashboard.from_log` alone, and nothing here is imported before the first
request comes.
"""
