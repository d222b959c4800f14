"""Questions to begin with: each answers on any log, and shows something that SQL here can do."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.query_choice import Kind
from storage.saved_queries import Parameter
from storage.visitors import ParameterType


@dataclass(frozen=True, slots=True)
class QueryExample:
    """A statement to try."""

    label: str
    """Our own text: it stands on a button."""
    help: str
    sql: str
    parameters: tuple[Parameter, ...] = ()
    kind: Kind | None = None
    """How its answer is best drawn; None for a table."""


EXAMPLES = (
    QueryExample(
        "Favourite words",
        "Which words does each checkpoint put first most often?",
        """-- Which words does each checkpoint put first most often?
SELECT checkpoint, top_word, count(*) AS prompts
FROM latest_answers
GROUP BY ALL
ORDER BY prompts DESC, checkpoint, top_word
LIMIT 30""",
    ),
    QueryExample(
        "Agreement",
        "How alike are the first five words of each pair of checkpoints?",
        """-- How alike are the first five words of each pair of checkpoints? selected_pairs is a macro of this log.
SELECT one.checkpoint AS one, other.checkpoint AS other, count(*) AS masks,
       avg(overlap) AS mean_overlap, avg(rbo) AS mean_rbo, avg(CAST(top1_same AS INTEGER)) AS same_first_word
FROM selected_pairs(depth := 5)
JOIN checkpoints AS one ON one.checkpoint_id = a
JOIN checkpoints AS other ON other.checkpoint_id = b
GROUP BY ALL
ORDER BY mean_rbo DESC""",
    ),
    QueryExample(
        "Words with p",
        "Which words that begin so are said, and how probable are they? The beginning is a parameter.",
        """-- Which words that begin so are said, and how probable are they? What begins with $ gets a box of its own.
SELECT word, checkpoint, prompt, rank, score
FROM latest_predictions
WHERE starts_with(word, $beginning) AND rank <= $deepest_rank
ORDER BY score DESC NULLS LAST""",
        (Parameter("beginning", default="p"), Parameter("deepest_rank", ParameterType.INTEGER, "5")),
    ),
    QueryExample(
        "Day by day",
        "How many answers were asked for on each day?",
        """-- How many answers were asked for on each day, and how many of them came from the log?
SELECT date_trunc('day', asked_at) AS day, checkpoint, count(*) AS answers, count(*) FILTER (reused) AS from_the_log
FROM asks
GROUP BY ALL
ORDER BY day, checkpoint""",
        kind=Kind.LINE,
    ),
    QueryExample(
        "Three opinions",
        "At which prompts does every checkpoint say another word first?",
        """-- At which prompts does every checkpoint say another word first?
SELECT prompt, mask_index, list(top_word ORDER BY checkpoint) AS words, list(checkpoint ORDER BY checkpoint) AS said_by
FROM latest_answers
GROUP BY prompt, mask_index
HAVING count(*) > 1 AND count(DISTINCT top_word) = count(*)
ORDER BY count(*) DESC, prompt""",
    ),
)
FIRST = EXAMPLES[0]
