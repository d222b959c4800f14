-- Which of the gathered rows cannot be asked, and why?
INSERT INTO refused (run_id, row_number, text, problem)
SELECT $run_id, row_number, text, problem FROM gathered WHERE problem IS NOT NULL;
