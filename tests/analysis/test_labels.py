import pytest

from analysis import labels, palette


def test_pointers_become_words():
    words = {
        "/workers/byzantine": "byzantine workers",
        "rule": "rule",
        "/optimizer/momentum": "momentum",
        "/aggregator/name": "aggregator",
        "/pre_aggregators/0": "pre aggregators 0",
    }
    assert labels.axes(list(words)) == words


def test_two_pointers_with_the_same_end_are_told_apart():
    found = labels.axes(["/optimizer/momentum", "/workers/momentum"])
    assert list(found.values()) == ["optimizer momentum", "workers momentum"]


@pytest.mark.parametrize("value, words", [
    (9, "9"), (0.1, "0.1"), (2.0, "2"), (1e-5, "1e-05"), (True, "yes"), (None, "none"), ("minus ten", "minus ten"),
    ([100, None], "100 + none"), ({"name": "clipping", "radius": 2.0}, "clipping (radius 2)"),
    ({"name": "sign"}, "sign"), (labels.MISSING, "not set"),
])
def test_values_become_words(value, words):
    assert labels.words(value) == words


def test_long_labels_are_cut_only_while_they_differ():
    long = "a rule with a name that goes on and on and on"
    assert labels.values([long, "short"])[labels.key(long)].endswith("…")
    assert len(set(labels.values([long + " one", long + " two"]).values())) == 2


def test_nothing_comes_first_numbers_by_size_words_as_people_count():
    assert labels.in_order([10, 9, 0.5]) == [0.5, 9, 10]
    words = ["no adversaries", "none", "rule 9", "rule 10"]
    assert labels.in_order(reversed(words)) == words
    assert labels.in_order([3, labels.MISSING, "auto"])[0] is labels.MISSING


def test_numbers_get_an_ordered_map_and_words_okabe_and_ito():
    shades = [palette.colors(range(15))[labels.key(number)][0] for number in range(15)]
    weights = ((1, 0.3), (3, 0.59), (5, 0.11))
    brightness = [sum(int(shade[at : at + 2], 16) * part for at, part in weights) for shade in shades]
    assert brightness == sorted(brightness) and len(set(shades)) == 15
    assert palette.colors(["a", "b"])[labels.key("b")] == (palette.OKABE_ITO[1], 0)


def test_no_two_of_many_words_share_colour_and_stroke():
    names = [f"rule {number}" for number in range(40)]
    pens = {palette.pen(pair, 0, 1) for pair in (palette.colors(names)[labels.key(name)] for name in names)}
    assert len(pens) == 40
