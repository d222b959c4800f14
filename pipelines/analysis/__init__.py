"""The whole history, one use case per view: a part of the log in, the figures of a page out, with n and intervals.

Nothing here runs a model or imports torch. The pages and `python -m pipelines analyze` call the same functions.
"""
