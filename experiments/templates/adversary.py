import numpy as np
import varangian_plugin


def forge(view):
    """Minus its honest message, and a little noise."""
    noise = [view.generator(i).standard_normal(view.own.shape[1]) for i in range(len(view.workers))]
    return -view.own + view.parameters["noise"] * np.array(noise)


varangian_plugin.serve_adversary(forge)
