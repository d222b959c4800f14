"""Are they right? Where a person said which word is expected."""

from __future__ import annotations

import pyarrow as pa

from storage.database import Database
from storage.measures.reading import read
from storage.selection import Selection


def expected(database: Database, selection: Selection) -> pa.Table:
    """One row per prompt, mask and checkpoint with an expected word; of several words the best counts, case is ignored.

    Columns prompt_id, mask_index, checkpoint_id; rank among the distinct words of the list, NULL where it is not in it; depth,
    the distinct words of the list; logprob, NULL where unknown: as scored for the word by name, else the sum over the pieces
    of the list that stand for it, of the most probable right word, and NULL where one that is neither in the list nor scored
    might be more probable; logprob_one, the same of the words of one piece alone, for the joint probability of several pieces
    is that of several masks; long_words, how many right words the checkpoint cannot say in one mask; rank_known, the best rank
    in the list or of a word scored by name; scored, whether the rank among all pieces is known by name of every right word;
    top_score; top_right; sum_p_squared; choice_right, whether of the words scored by name a right one is the most probable,
    NULL where not one is right and one wrong, or one has no probability; weight. Words are compared whatever the selection's
    word space is.
    """
    return read(database, "expected", selection)
