-- Which prompts, pieces and words do they name?
CREATE OR REPLACE TEMP TABLE lent_prompt AS
SELECT prompt.* FROM prompt SEMI JOIN lent_answer USING (prompt_id);

CREATE OR REPLACE TEMP TABLE lent_piece AS
SELECT piece.* FROM piece SEMI JOIN lent_prediction USING (piece_id);

CREATE OR REPLACE TEMP TABLE lent_word AS
WITH named AS (
    SELECT lent_answer.top_word_id AS word_id FROM lent_answer
    UNION ALL
    SELECT lent_prediction.word_id FROM lent_prediction
    UNION ALL
    SELECT lent_piece.word_id FROM lent_piece
    UNION ALL
    SELECT lent_candidate.word_id FROM lent_candidate
)
SELECT word.* FROM word SEMI JOIN named USING (word_id);
