"""One plain sentence or two for each figure of the history; see docs/metrics.md for formulas."""

from __future__ import annotations

DEFINITIONS = {
    "top_score": "The probability that a checkpoint gives to the word it puts first.",
    "top1_margin": "ln p1 - ln p2, in nats: how far the first piece is ahead of the second. 0.69 is twice as likely, 2.3 "
    "ten times.",
    "effective_choices": "e to the power of the entropy of the full distribution: among about how many equally likely pieces "
    "it is undecided.",
    "quartiles": "Median, and in brackets the first and third quartile: half of the prompts lie between these. A prompt with "
    "several masks is one value, their mean.",
    "full": "Answers whose full distribution is known. An imported list holds its first words only, so its margin "
    "and choices are not known and are not guessed.",
    "rank_scores": "Half of the prompts give the word of a rank a probability within the band.",
    "over_time": "By the day of the ask, UTC.",
    "n_expected": "Distinct prompts with an expected word that it answered.",
    "n_pairs": "Distinct prompts that both checkpoints answered.",
    "rbo": "Rank-biased overlap, p = 0.9 (Webber, Moffat and Zobel 2010): how alike two rankings are, the first "
    "ranks counting most. 1 is the same order, 0 is nothing in common.",
    "rbo_minimum": "The mean of what RBO is at least, however the lists go on: between this and RBO lies what so short lists "
    "cannot tell.",
    "overlap_attainable": "The mean of the greatest overlap that the two vocabularies allow these lists: a word that the other "
    "cannot say in one mask can never be in both. A dash where a vocabulary is not known.",
    "jaccard_attainable": "The same for the Jaccard index.",
    "jaccard": "What stands in both lists, divided by what stands in either.",
    "overlap": "What stands in both lists, as a share of the length of the lists.",
    "jsd_shared": "Jensen-Shannon divergence (Lin 1991) of the full distributions, over the words that both can say and "
    "one bucket for the rest: 0 bit is the same, 1 bit is nothing in common. The true divergence is at "
    "least this.",
    "top1_same": "How often both put the same word first.",
    "low_coverage": "Prompts and masks where one of the two puts under half of its probability on the words that both can "
    "say: there a divergence says little.",
    "regions": "Each word belongs to the checkpoints that have it in at least one of their lists, over the prompts "
    "that all of them answered.",
    "predictions": "How often these words stand in the lists.",
    "mass": "The share of all listed probability that falls on these words.",
    "marking": "Log-odds ratio with an informative Dirichlet prior, in standard errors z (Monroe, Colaresi and Quinn "
    "2008): how much more a checkpoint says a word than the others do. Under 1.96, drawn pale, it may "
    "well be chance. Each list counts once, however often it was asked for.",
    "hill": "Hill numbers: the effective number of words. q = 0 counts every word alike, q = 1 by how often it is "
    "said, q = 2 mostly the frequent ones. Each list counts once, however often it was asked for.",
    "rarefied": "What a sample of as many predictions as the smallest checkpoint has would show, with its 95 % band "
    "(Chao and others 2014): numbers of words are comparable only at equal size.",
    "coverage": "Good-Turing: the share of what a checkpoint says next that it has said before.",
    "uniqueness": "The share of its predictions that no other selected checkpoint has said.",
    "acc": "The share of prompts with an expected word among the first 1, 5 or 10 of the list. A list too short "
    "to tell is left out.",
    "acc_of_candidates": "The share of prompts at which an expected word is the most probable of all words that were scored by "
    "name: a multiple choice. Prompts count where one of them is expected and one is not.",
    "mrr": "The mean of 1 / rank of the best expected word, 0 beyond a rank that is the same for all: the length of the "
    "shortest list, unless words were scored by name.",
    "nll": "The mean of -ln p of the most probable expected word, in nats; less is better. Given only where p is known "
    "for every prompt, for a mean over the words that it lists would be a mean over its successes.",
    "brier": "The mean of 1 - 2 p + the sum of all p squared; 0 is the best, 2 the worst. Given as NLL is, and not for "
    "words of several pieces, whose p is that of several masks.",
    "ece": "Debiased expected calibration error of the first word: how far its probability is from how often it "
    "is right, 0 to 1. Not given under 100 masks.",
    "reliability": "Bins of equally many masks. On the dotted line a probability keeps its word; below it, the "
    "checkpoint is surer than it is right.",
    "clash": "The smaller of the two first probabilities where the first words differ: both are sure, of different words.",
    "interval": "In brackets the 95 % interval over distinct prompts (bootstrap, BCa; of shares of right answers Wilson's). "
    "Under 15 prompts, or as many that weigh alike, none is drawn.",
    "real": "Paired over the prompts that both answered: bootstrap intervals (BCa, 95 %); for right and wrong those of "
    "Tango, and exact McNemar; sign-flip permutation for the rest, p corrected for all pairs by Holm.",
}
