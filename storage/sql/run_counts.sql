-- How much did each of these runs ask?
WITH wanted AS (SELECT unnest($runs::UUID[]) AS run_id),
asked AS (
    SELECT ask.run_id, count(DISTINCT answer.prompt_id) AS prompt_count, count(*) AS answer_count
    FROM ask SEMI JOIN wanted USING (run_id) JOIN answer USING (answer_id)
    GROUP BY ask.run_id
),
turned_away AS (
    SELECT run_id, count(*) AS refused_count, arg_min(text, row_number) AS first_refused,
           arg_min(problem, row_number) AS first_problem
    FROM refused SEMI JOIN wanted USING (run_id)
    GROUP BY run_id
)
SELECT wanted.run_id::VARCHAR, coalesce(asked.prompt_count, 0), coalesce(asked.answer_count, 0),
       coalesce(turned_away.refused_count, 0), turned_away.first_refused, turned_away.first_problem
FROM wanted LEFT JOIN asked USING (run_id) LEFT JOIN turned_away USING (run_id);
