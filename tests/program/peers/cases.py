"""What the peers compute that we compute too: our component, its settings, the peer's expression.

Where a peer is wrong (its SMEA and CAF, say) or defines another thing, nothing is compared: docs/aggregators.md says which."""
INPUTS = {"small": (11, 2, 33), "many": (28, 3, 50)}  # n, f, d

# Rules: the settings are followed by the pre-aggregators.
CASES = {
    "byzfl average": ("mean", {}, [], "byzfl.Average()"),
    "byzfl median": ("median", {}, [], "byzfl.Median()"),
    "byzfl trimmed mean": ("trimmed_mean", {}, [], "byzfl.TrMean(f=f)"),
    "byzfl meamed": ("meamed", {}, [], "byzfl.Meamed(f=f)"),
    "byzfl krum": ("krum", {"variant": "byzfl"}, [], "byzfl.Krum(f=f)"),
    "byzfl multi-krum": ("multi_krum", {"variant": "byzfl"}, [], "byzfl.MultiKrum(f=f)"),
    "byzfl geometric median": ("geometric_median", {"variant": "rfa", "smoothing": 0.1, "steps": 3}, [],
                               "byzfl.GeometricMedian(nu=0.1, T=3)"),
    "byzfl centred clipping": ("centred_clipping", {"radius": 2, "steps": 3}, [],
                               "byzfl.CenteredClipping(L=3, tau=2.0)"),
    "byzfl monna": ("monna", {}, [], "byzfl.MoNNA(f=f)"),
    "byzfl mda": ("mda", {}, [], "byzfl.MDA(f=f)"),
    "byzfl nnm, trimmed mean": ("trimmed_mean", {}, ["nnm"], "chain(byzfl.NNM(f=f), byzfl.TrMean(f=f))"),
    "byzfl clipping, mean": ("mean", {}, ["clipping"], "chain(byzfl.Clipping(c=2.0), byzfl.Average())"),
    "byzfl arc, mean": ("mean", {}, ["arc"], "chain(byzfl.ARC(f=f), byzfl.Average())"),
    "byzpy multi-krum": ("multi_krum", {}, [], "byzpy('krum', 'MultiKrum', f=f, q=n - f)"),
    "byzpy mda": ("mda", {}, [], "byzpy('minimum_diameter_average', 'MinimumDiameterAveraging', f=f)"),
    "byzpy smea": ("smea", {}, [], "byzpy('smea', 'SMEA', f=f)"),
    "byzpy geometric median": ("geometric_median", {}, [], "byzpy('geometric_median', 'GeometricMedian')"),
}

# Adversaries on the honest rows: ours, its settings, the peer's expression.
ADVERSARIES = {
    "byzfl sign flipping": ("mean_flip", {}, "byzfl.SignFlipping()"),
    "byzfl inner product manipulation": ("ipm", {"factor": 2}, "byzfl.InnerProductManipulation(tau=2.0)"),
    "byzfl a little is enough": ("alie", {"quantile": "given", "z": 1.5, "sign": "plus"}, "byzfl.ALittleIsEnough(tau=1.5)"),
    "byzfl mimic": ("mimic", {"index": 2}, "byzfl.Mimic(epsilon=2)"),
    "byzfl inf": ("inf", {}, "byzfl.Inf()"),
    "byzpy empire": ("ipm", {"factor": 1}, "byzpy_attack('empire', 'Empire')"),
    "byzpy little": ("alie", {"quantile": "neurips", "deviation": "population", "sign": "plus"},
                     "byzpy_attack('little', 'Little', f=f, N=n)"),
    "byzpy mimic": ("mimic", {"index": 2}, "byzpy_attack('mimic', 'Mimic', epsilon=2)"),
}

# Adversaries that search, the rule, its settings: ours must do that rule at least the harm that the peer's does.
SEARCHES = {
    "alie against trimmed mean": ("optimal_alie", {"sign": "plus"}, "trimmed_mean", {},
                                  "byzfl.Optimal_ALittleIsEnough(byzfl.TrMean(f=f), [], f)"),
    "alie against krum": ("optimal_alie", {"sign": "plus"}, "krum", {"variant": "byzfl"},
                          "byzfl.Optimal_ALittleIsEnough(byzfl.Krum(f=f), [], f)"),
    "ipm against median": ("optimal_ipm", {}, "median", {},
                           "byzfl.Optimal_InnerProductManipulation(byzfl.Median(), [], f)"),
    "ipm against mda": ("optimal_ipm", {}, "mda", {}, "byzfl.Optimal_InnerProductManipulation(byzfl.MDA(f=f), [], f)"),
}
