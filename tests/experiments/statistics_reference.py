"""Prints what statistics_test.cpp expects. Needs scipy, statsmodels; run by hand, no test."""
import itertools

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

ACCURACIES = np.array([[.61, .62, .55, .40], [.72, .70, .66, .41], [.58, .59, .57, .39],
                       [.80, .74, .74, .52], [.66, .69, .60, .61], [.70, .71, .65, .50]])
TWELVE = np.array([[-.3, -.2, .2], [1.5, -.2, .2], [.4, .1, .3], [-1.1, .2, .1], [1.2, .9, .5], [.7, -.1, 1.6],
                   [0, .8, -.8], [.3, -1.5, -1.5], [-.3, -.7, .7], [2.2, -.6, -.1], [.2, .7, .3], [-.2, .9, 1]])
WILCOXON = [.3, .6, 0, 0, -.2, -.3, .4, 1.6, -.2, -.3, .8, .7]
MANY = [.51, -.53, .37, 1.1, -.94, -.06, -1.5, -.89, -1.44, .16, -.87, .67, .56, .21, -2.12, -.14, .35, .51, -1.13, -.08,
        -.58, -.41, 1.46, -.41, .37, 1.28, -.18, .29, .51, .46, -.83, .48, 1.76, -1.15, 1.26, .52, -.24, 2.4, 1.16, -.8]
SOME = [.57, 1.08, .31, 1.18, .43, 1.17, 1.94, -.18, .7, .04, .63, -.69, -.08, .3, 1.4, 1.65, -.82, -.29, 1.15, -1.49,
        .04, .4, 1.76, 1.19]
SEEDS = np.array([[.12, .21, .79], [.54, .39, -.08], [-.49, .67, .68], [.13, .47, .59]])


def all_orders(scores):
    """p of the sum of squares of the treatments' sums, over all orders within every unit but the first."""
    scores = scores - scores.mean(1, keepdims=True)
    least = (scores.sum(0)**2).sum() * (1 - 1e-9)
    orders = itertools.product(itertools.permutations(range(scores.shape[1])), repeat=len(scores) - 1)
    sums = [scores[0] + sum(row[list(order)] for row, order in zip(scores[1:], each)) for each in orders]
    return np.mean([(total**2).sum() >= least for total in sums])


for count in (3, 4):
    print(f"Friedman, {count} blocks:", stats.friedmanchisquare(*ACCURACIES[:count].T).statistic,
          all_orders(stats.rankdata(-ACCURACIES[:count], axis=1)))
print("6 blocks:", stats.friedmanchisquare(*ACCURACIES.T))
r = stats.rankdata(-TWELVE, axis=1)
drawn = np.random.default_rng(1).permuted(np.tile(r, (400000, 1, 1)), axis=2)
print("12 blocks:", stats.friedmanchisquare(*TWELVE.T),
      np.mean(((drawn.sum(1) - 24)**2).sum(1) >= ((r.sum(0) - 24)**2).sum() - 1e-9))
print("36 blocks:", stats.friedmanchisquare(*np.tile(TWELVE, (3, 1)).T))
print("Wilcoxon:", stats.wilcoxon(WILCOXON, method=stats.PermutationMethod(n_resamples=np.inf)),
      stats.wilcoxon(SOME, method="exact"), stats.wilcoxon(MANY, method="approx", correction=False))
sums = (stats.rankdata(np.abs(SEEDS).ravel()).reshape(SEEDS.shape) * np.sign(SEEDS)).sum(1)
print("by seed:", all_orders(np.stack([sums, -sums], axis=1)), sums.sum()**2 / (sums**2).sum())
print("three seeds:", all_orders(np.array([[8, 9, 7], [6.5, 11.5, 6], [9, 9, 6]])))
print("Holm:", multipletests([.01, .04, .03, .005, .5], method="holm")[1])
means, counts = np.array([.02, .05, -.01, .04, .07, .03]), np.array([2, 2, 1, 2, 2, 2])
taken = np.array(list(itertools.product(range(6), repeat=6)))
print("intervals:", np.quantile(means[taken].mean(1), [.025, .975]),
      np.quantile((means * counts)[taken].sum(1) / counts[taken].sum(1), [.025, .975]))
print("deviation:", np.std(ACCURACIES[0], ddof=1))
