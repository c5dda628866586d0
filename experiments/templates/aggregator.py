import numpy as np
import varangian_plugin


def aggregate(view):
    """The coordinate-wise median, mixed with what it was: remembers its last update."""
    update = np.median(view.rows, axis=0) + view.parameters["memory"] * view.state.last
    return update, {"last": update}


varangian_plugin.serve_aggregator(aggregate, state={"last": ["columns"]})
