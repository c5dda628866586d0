"""Which swept axis is what: the rule, the adversary, the number of liars, how much the workers' data differ."""

import re

# Words of an axis' name, as they stand in a JSON pointer or as the author of a sweep calls a list of cases.
WORDS = {
    "rule": {"aggregator", "aggregators", "rule", "rules", "defence", "defense", "aggregation"},
    "adversary": {"adversary", "adversaries", "attack", "attacks"},
    "liars": {"byzantine", "liars", "f"},
    "heterogeneity": {"partition", "heterogeneity", "alpha", "gamma", "noniid"},
}
# "/adversaries/0/factor" is a parameter of an adversary, not which adversary it is.
LAST = {"rule", "adversary", "liars"}


def axis_of(role, axes):
    """The first of these axes that has the role, or None."""
    for axis in axes:
        words = [word for word in re.split(r"[^a-z]+", axis.lower()) if word and word != "name"]
        if words and (WORDS[role] & set(words[-1:] if role in LAST else words)):
            return axis
    return None
