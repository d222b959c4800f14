"""The commands of `python -m storage`, a module each. Every command is a thin layer over one call."""
