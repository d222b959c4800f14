-- Figures that compare checkpoints count only what all of them answered; this says it once for every question that does.

-- Of the selected words those at prompts and masks that every selected checkpoint answered; all of them unless common.
CREATE MACRO compared_words(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    counting := 'distinct', space := 'words', depth := NULL, common := true
) AS TABLE
WITH said AS MATERIALIZED (
    FROM selected_words(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, counting := counting, space := space, depth := depth
    )
),
answered AS (
    SELECT said.prompt_id, said.mask_index FROM said
    WHERE said.rank = 1
    GROUP BY said.prompt_id, said.mask_index
    HAVING NOT common OR count(*) = (SELECT count(DISTINCT said.checkpoint_id) FROM said WHERE said.rank = 1)
)
SELECT said.* FROM said
SEMI JOIN answered ON answered.prompt_id = said.prompt_id AND answered.mask_index = said.mask_index;

COMMENT ON MACRO TABLE compared_words IS 'Of selected_words those at prompts and masks that every selected checkpoint answered; all of them where common is false.';
