-- What is the sum over every column of every row of a table? Asked for the reading, not for the sum.
SELECT count(*), bit_xor(hash(line)) FROM query_table($table) AS line
