"""An adversary, an aggregator or a diagnostic of Varangian as a Python program (docs/process.md).

    import numpy as np
    import varangian_plugin

    def aggregate(view):
        return np.median(view.rows, axis=0)

    varangian_plugin.serve_aggregator(aggregate)

The config names it: "aggregator": {"name": "process", "command": ["python3", "median.py"]}. Arrays of a view lie in memory
that is shared with the simulator: they are not copied, and cannot be written. Results may be anything that
numpy.asarray takes (of torch: on the CPU and detached).
"""
import array
import json
import mmap
import os
import socket
import struct
import sys
import traceback
import types

import numpy as np

PROTOCOL = 1


def serve_adversary(forge, knowledge="blind", state=None):
    """forge(view) returns the rows [k, d] that view.workers send; with `state` (rows, {name: array}).

    All see view.round, learning_rate, n, f, last_update [d], parameters and view.generator(i), fresh random numbers for
    worker view.workers[i] in this round.

    "blind" ({"name": "process"}) sees view.own [k, d], what its workers would send if they were honest. Workers may come
    together or one by one: row i may depend on worker i alone.
    "omniscient" ({"name": "omniscient_process"}) sees view.honest [h, d], weights [d] and layers (first column of each),
    and asks the server's rule, which no question changes:
      view.update(message)   the update [d] if all liars sent message [d]
      view.explain(message)  the update, and what the rule says of it, such as {"weights": one a worker}
      view.damage(origin, direction, steps)  for each step how far origin + step * direction from all liars brings the
                             update from the honest mean: fast, whatever d, for rules of distances

    `state` is what the adversary remembers: names with their axes, {"last": ["workers", "columns"], "steps": []}; zeros
    in its first round, then what was returned last. Of a blind one each begins with "workers".
    """
    def answer(view):
        view.generator = lambda i=0: np.random.default_rng(view.seeds[i])
        return _with_state(forge(_remembering(view, state)), "rows", state)
    _serve("adversary", answer, {"knowledge": knowledge, "state": _shapes(state)})


def serve_aggregator(aggregate, state=None):
    """aggregate(view) returns the update [d] from view.rows [n, d]; with `state` (update, {name: array}).

    Also view.round, learning_rate, f (declared), last_update [d], weights [d], layers (first column of each),
    parameters and view.generator(), fresh random numbers for this round. `state` is what the rule remembers: names with
    their axes, {"centre": ["columns"], "scores": ["n"], "steps": []}; zeros in round 1, then what was returned last.
    """
    def answer(view):
        view.generator = lambda: np.random.default_rng(view.seed)
        return _with_state(aggregate(_remembering(view, state)), "update", state)
    _serve("aggregator", answer, {"state": _shapes(state)})


def serve_diagnostic(measure, columns=(), worker_columns=()):
    """measure(view) returns a number for each of `columns`, or {column: number or, of worker_columns, [n] numbers}.

    view.rows [n, d] are the messages as the server got them; also view.honest_mean [d], update [d], honest and byzantine
    (worker ids), round, learning_rate and parameters. It must not depend on what it saw in other rounds.
    """
    def answer(view):
        result = measure(view)
        if not isinstance(result, dict):
            result = dict(zip(columns, np.atleast_1d(np.asarray(result)), strict=True))
        missing = [name for name in (*columns, *worker_columns) if name not in result]
        if missing:
            raise KeyError(f"measured no {', '.join(missing)}")
        n = len(view.rows)
        return {"values": np.array([result[name] for name in columns], float),
                "worker_values": np.array([result[name] for name in worker_columns], float).reshape(-1, n)}
    _serve("diagnostic", answer, {"columns": list(columns), "worker_columns": list(worker_columns)})


def _shapes(state):
    return {name: {"shape": list(axes)} for name, axes in (state or {}).items()}


def _remembering(view, state):
    view.state = types.SimpleNamespace(**{name: getattr(view, "state." + name) for name in state or {}})
    return view


def _with_state(result, name, state):
    if not state:
        return {name: result}
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TypeError(f"what has state returns the {name} and a dict of what it remembers")
    return {name: result[0]} | {"state." + key: result[1][key] for key in state}


def _let_it_ask(view, channel, scratch):
    """Gives the view its questions to the server's rule."""
    origin, toward = (channel.array(scratch[name]) for name in ("origin", "direction"))

    def explain(message):
        origin[...] = np.asarray(message)
        reply = channel.ask({"question": "update"})
        return origin.copy(), reply["explanation"]

    def damage(first, direction, steps):
        origin[...], toward[...] = np.asarray(first), np.asarray(direction)
        return np.array(channel.ask({"question": "damage", "steps": np.asarray(steps, float).tolist()})["damage"], float)

    view.explain, view.damage, view.update = explain, damage, lambda message: explain(message)[0]


def _serve(kind, answer, introduction):
    if "VARANGIAN_FD" not in os.environ:
        sys.exit(f"{sys.argv[0]}: the simulator starts this program: name it in a config as "
                 f'{{"name": "process", "command": ["python3", "{sys.argv[0]}"]}}')
    channel = _Channel(int(os.environ["VARANGIAN_FD"]))
    parameters = {}
    while (request := channel.receive()) is not None:
        if request["ask"] == "start":
            parameters = request["parameters"]
            channel.send({"protocol": PROTOCOL, "kind": kind} | introduction)
            continue
        view = types.SimpleNamespace(parameters=parameters)
        for name, value in request.items():
            if name not in ("inputs", "outputs", "memories", "scratch", "ask"):
                setattr(view, name, value)
        for name, place in request["inputs"].items():
            setattr(view, name, channel.array(place))
        if "scratch" in request:
            _let_it_ask(view, channel, request["scratch"])
        try:
            results = answer(view)
            shapes = {}
            for name, place in request["outputs"].items():
                out, result = channel.array(place), np.asarray(results[name], place["type"])
                shapes[name] = list(result.shape)
                if result.shape == out.shape:
                    out[...] = result
        except Exception as error:
            traceback.print_exc()
            place = traceback.extract_tb(error.__traceback__)[-1]
            channel.send({"error": f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"})
        else:
            channel.send({"outputs": shapes})


class _Channel:
    """The socket to the simulator, and the memories that came over it."""

    def __init__(self, number):
        self.socket = socket.socket(fileno=number)
        self.memories = {}

    def receive(self):
        """The next request, or None when the simulator has ended."""
        files = array.array("i")
        head = b""
        while len(head) < 4:
            part, ancillary, _, _ = self.socket.recvmsg(4 - len(head), socket.CMSG_SPACE(64 * files.itemsize))
            if not part:
                return None
            head += part
            for level, kind, data in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    files.frombytes(data[:len(data) - len(data) % files.itemsize])
        text = bytearray(struct.unpack("<I", head)[0])
        left = memoryview(text)
        while left:
            count = self.socket.recv_into(left)
            if count == 0:
                return None
            left = left[count:]
        request = json.loads(bytes(text))
        for memory, file in zip(request["memories"], files, strict=True):
            access = mmap.ACCESS_WRITE if memory["writable"] else mmap.ACCESS_READ
            self.memories[memory["id"]] = mmap.mmap(file, memory["bytes"], access=access)
            os.close(file)
        return request

    def ask(self, question):
        self.send(question)
        reply = self.receive()
        if reply is None:  # the run has ended on it
            sys.exit(1)
        return reply

    def send(self, answer):
        text = json.dumps(answer).encode()
        self.socket.sendall(struct.pack("<I", len(text)) + text)

    def array(self, place):
        flat = np.frombuffer(self.memories[place["memory"]], place["type"], int(np.prod(place["shape"])), place["offset"])
        return flat.reshape(place["shape"])
