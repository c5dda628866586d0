"""Words for columns, swept axes and their values."""

import json
import re

COLUMNS = {
    "lr": "Learning rate",
    "epoch": "Epochs",
    "train_loss": "Training loss",
    "validation_loss": "Validation loss",
    "validation_accuracy": "Validation accuracy",
    "test_loss": "Test loss",
    "test_accuracy": "Test accuracy",
    "update_norm": "Norm of the update",
    "wrong_sign_fraction": "Share of wrong signs",
    "bytes_up": "Bytes from workers",
    "bytes_down": "Bytes from the server",
}
POINTERS = {
    "/workers/byzantine": "byzantine workers",
    "/workers/honest": "honest workers",
    "/workers/count": "workers",
    "/optimizer/lr": "learning rate",
}
LONGEST = 36


class Missing:
    """The value of an axis in a run that the axis does not apply to."""


MISSING = Missing()


def column(name):
    return COLUMNS.get(name) or name.replace("_", " ").capitalize()


def axes(names):
    """A label for each axis: the last part of a pointer, with the parts before it as far as two need them."""
    labels = {}
    for name in names:
        parts = pointer_parts(name)
        for depth in range(1, len(parts) + 1):
            label = POINTERS.get(name) or " ".join(parts[-depth:])
            others = [" ".join(pointer_parts(other)[-depth:]) for other in names if other != name]
            if label not in others:
                break
        labels[name] = label
    return labels


def pointer_parts(name):
    if not name.startswith("/"):
        return [name]
    parts = [part.replace("~1", "/").replace("~0", "~").replace("_", " ") for part in name.split("/")[1:]]
    # "name" and a bare index say nothing without the part before them.
    if len(parts) > 1 and parts[-1] == "name":
        parts.pop()
    if len(parts) > 1 and parts[-1].isdecimal():
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    return parts


def key(value):
    """A value as text, so that lists and objects can be told apart and looked up."""
    return "" if value is MISSING else json.dumps(value, sort_keys=True)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def values(found):
    """key -> label; long labels are cut where that leaves them different."""
    full = {key(value): words(value) for value in found}
    # 1 and "1" read the same; then both are written as JSON has them.
    said = list(full.values())
    full = {name: name if said.count(text) > 1 else text for name, text in full.items()}
    cut = {name: text if len(text) <= LONGEST else text[: LONGEST - 1] + "…" for name, text in full.items()}
    return cut if len(set(cut.values())) == len(set(full.values())) else full


def words(value):
    if value is MISSING:
        return "not set"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list):
        return " + ".join(words(item) for item in value) or "none"
    if isinstance(value, dict):
        rest = ", ".join(f"{name.replace('_', ' ')} {words(item)}" for name, item in value.items() if name != "name")
        return f"{value['name']} ({rest})".replace(" ()", "") if "name" in value else rest or "none"
    return str(value)


def in_order(found):
    """Numbers by size, words by alphabet, and before both whatever stands for nothing."""
    return sorted(found, key=rank)


def is_nothing(value):
    """True for what stands for nothing: not set, none, no adversaries. The number 0 is a number."""
    text = words(value).lower()
    return value is MISSING or value is None or value is False or text in ("none", "no") or text.startswith("no ")


def rank(value):
    if is_number(value):
        return (1, value, [])
    text = words(value).lower()
    natural = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", text)]
    return (0 if is_nothing(value) else 2, 0, natural)
