"""Runs with components that are programs, and what they leave."""
RULES = {"compressor": "none", "aggregator": "mean"}
RECORD = ["metrics.csv", "weights.safetensors"]


def record(program, name):
    (run,) = program.runs(name)
    return {file: (run / file).read_bytes() for file in RECORD}


def error_of(program, **changes):
    error = program("run", program.config(**RULES | changes), expect=1).stderr
    assert program.manifest()["status"] == "failed"
    return error
