import numpy as np
import varangian_plugin


def measure(view):
    return {"ratio": np.linalg.norm(view.update) / np.linalg.norm(view.honest_mean),
            "norm": np.linalg.norm(view.rows, axis=1)}


varangian_plugin.serve_diagnostic(measure, columns=["ratio"], worker_columns=["norm"])
