"""What the use cases of `pipelines.analysis` find -> Arrow tables for charts and tables on the pages. Pure functions.

The use cases are named for their types only: importing this package imports neither scipy nor a model library.
"""
