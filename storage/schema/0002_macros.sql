-- What people may call on two ranked lists of words, best first, and on an entropy. Each is defined in design metrics: RBO is the
-- extrapolated form of Webber, Moffat and Zobel 2010, equation 32. An empty list gives NULL: nothing was compared.

CREATE MACRO jaccard(a, b) AS
    CASE WHEN len(a) > 0 AND len(b) > 0
         THEN len(list_intersect(a, b)) / len(list_distinct(list_concat(a, b))) END;

CREATE MACRO overlap(a, b) AS
    CASE WHEN len(a) > 0 AND len(b) > 0
         THEN len(list_intersect(a, b)) / greatest(len(a), len(b)) END;

CREATE MACRO rbo(a, b, p) AS
    CASE WHEN len(a) > 0 AND len(b) > 0 THEN
        len(list_intersect(a[:least(len(a), len(b))], b[:least(len(a), len(b))]))
            / least(len(a), len(b)) * pow(p, least(len(a), len(b)))
        + (1 - p) / p * list_sum(list_transform(
            range(1, least(len(a), len(b)) + 1),
            lambda d: len(list_intersect(a[:d], b[:d])) / d * pow(p, d)))
    END;

CREATE MACRO perplexity(entropy) AS exp(entropy);

COMMENT ON MACRO jaccard IS 'Words in both lists, as a share of the words in either: 0 to 1.';
COMMENT ON MACRO overlap IS 'Words in both lists, as a share of the longer list: 0 to 1.';
COMMENT ON MACRO rbo IS 'Extrapolated rank-biased overlap of two ranked lists, 0 to 1; p weighs depth, 0.9 gives the first ten ranks 86 %.';
COMMENT ON MACRO perplexity IS 'e^entropy: among about how many words the checkpoint chooses.';
