"""Checks: what is expected of checkpoints, written down in a suite, and held against what they say.

`read_suite` finds every problem of a file before a model is loaded; `check_suite` asks and judges. `read_published` and
`check_published` do the same for answers that real weights gave. Nothing here writes to the log.
"""
