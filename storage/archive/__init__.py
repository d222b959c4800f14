"""The whole log as one file, to take to another machine: every table as Parquet in a ZIP, with a manifest.

A backup (`storage.backup`) is for this machine and this version; an archive is read by later versions, and merges into a log
that has rows of its own.
"""

from storage.archive.contents import ENDING, Contents
from storage.archive.merging import Merged, merge
from storage.archive.reading import Archive, is_archive, unpacked
from storage.archive.writing import write_archive

__all__ = ["ENDING", "Archive", "Contents", "Merged", "is_archive", "merge", "unpacked", "write_archive"]
