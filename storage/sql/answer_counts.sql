-- How many answers did each checkpoint give?
SELECT checkpoint_id, count(*) FROM answer GROUP BY checkpoint_id;
