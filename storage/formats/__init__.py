"""Files of answers that were made elsewhere: one module for each format, and what all of them give."""
