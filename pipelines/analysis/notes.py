"""What a reader of a command's figures should know and the figures do not say: in sentences, one each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.analysis.report import View
from storage import measures
from storage.database import Database
from storage.selection import Selection, WordSpace

DEPTHLESS = (View.ACCURACY,)
"""Views to which it is all one how many words of a list count."""


def notes(
    database: Database, selection: Selection, views: Sequence[View], *, depth_given: bool = False, paging_given: bool = False
) -> tuple[str, ...]:
    """What to say beside the figures of `views`.

    A filter that matches nothing by itself, a part of the history without answers, and options that a view has no use for.
    """
    found = list(_without_a_match(database, selection))
    selected = measures.checkpoints(database, selection)
    if not selected:
        found.append("No answer of the history passes these filters: every view is empty.")
    if selection.space is WordSpace.SHARED and (unknown := [each.label for each in selected if not each.vocabulary_known]):
        found.append(f"Left out where shared words are compared, since what they can say is not known: {', '.join(unknown)}.")
    if depth_given:
        found.extend(
            f"--depth changes nothing in the view {view}: it reads whole lists." for view in views if view in DEPTHLESS
        )
    if paging_given and View.DISAGREEMENTS not in views:
        found.append("--limit, --offset and --order belong to the view disagreements and change nothing here.")
    return tuple(found)


def _without_a_match(database: Database, selection: Selection) -> Iterator[str]:
    for name in selection.checkpoints:
        if not measures.checkpoints(database, Selection(checkpoints=(name,))):
            yield f"The history holds no answer of a checkpoint {name!r}."
    for kind in selection.kinds:
        if not measures.checkpoints(database, Selection(kinds=(kind,))):
            yield f"The history holds no answer from a run of the kind {kind!r}."
    for key, value, alone in (
        ("label", selection.label, Selection(label=selection.label)),
        ("author", selection.author, Selection(author=selection.author)),
        ("tag", selection.tag, Selection(tag=selection.tag)),
    ):
        if value and not measures.checkpoints(database, alone):
            yield f"The history holds no answer with the {key} {value!r}."
