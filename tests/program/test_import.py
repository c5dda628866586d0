"""ByzFL's configs, taken over: docs/byzfl.md."""
import copy
import json

import pytest

from byzfl.sample import manifests

# Every key that ByzFL 0.0.11 reads.
EVERY_KEY = {
    "benchmark_config": {
        "training_algorithm": {"name": "DSGD", "parameters": {}}, "nb_steps": 60, "device": "cuda",
        "training_seed": 2, "nb_training_seeds": 2, "nb_honest_clients": 7, "f": [1, 2], "tolerated_f": 2,
        "set_honest_clients_as_clients": False, "size_train_set": 0.8, "data_distribution_seed": 4,
        "nb_data_distribution_seeds": 1,
        "data_distribution": [{"name": "gamma_similarity_niid", "distribution_parameter": [1.0, 0.25]}]},
    "model": {"name": "fc_mnist", "dataset_name": "fashionmnist", "nb_labels": 10, "loss": "NLLLoss",
              "optimizer_name": "SGD", "learning_rate": [0.1, 0.3], "learning_rate_decay": 0.5, "milestones": [40]},
    "aggregator": [{"name": "GeometricMedian", "parameters": {"nu": 0.2, "T": 4}},
                   {"name": "TrMean", "parameters": {}}],
    "pre_aggregators": [{"name": "Clipping", "parameters": {"c": 3.0}}, {"name": "NNM", "parameters": {}}],
    "honest_clients": {"momentum": 0.8, "weight_decay": 0.001, "batch_size": 16},
    "attack": [{"name": "SignFlipping", "parameters": {}}, {"name": "ALittleIsEnough", "parameters": {"tau": 2.5}}],
    "evaluation_and_results": {"evaluation_delta": 20, "batch_size_evaluation": 100, "evaluate_on_test": True,
                               "store_per_client_metrics": True, "store_models": True, "data_folder": "./data",
                               "results_directory": "./results"},
}


@pytest.fixture
def imported(program):
    """Imports a config of ByzFL's: (ours, the notes)."""
    def run(theirs, expect=0):
        (program.folder / "theirs.json").write_text(json.dumps(theirs))
        done = program("import", "byzfl", "theirs.json", expect=expect)
        return (json.loads(done.stdout) if done.stdout else None), done.stderr
    return run


def with_value(theirs, pointer, value):
    changed = copy.deepcopy(theirs)
    *way, last = pointer.split("/")[1:]
    at = changed
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at[key]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return changed


def test_lists_become_axes_and_all_else_a_setting(imported):
    ours, notes = imported(EVERY_KEY)
    sweep = ours["sweep"]
    assert sweep["zip"] == {"/workers/byzantine": [1, 2], "/declared_f": [2, 2]}
    assert sweep["grid"] == {"/workers/partition/gamma": [1.0, 0.25], "/optimizer/lr": [0.1, 0.3]}
    assert list(sweep["cases"]) == ["adversary", "aggregator", "seed"]
    assert sweep["cases"]["aggregator"]["geometric_median"]["/aggregator"] == {
        "name": "geometric_median", "variant": "rfa", "smoothing": 0.2, "steps": 4}
    assert sweep["cases"]["adversary"]["alie"]["/adversaries"] == [
        {"name": "alie", "quantile": "given", "z": 2.5, "sign": "plus"}]
    # The initial weights follow the seed of the data, as ByzFL draws them before it sets the other.
    assert sweep["cases"]["seed"]["3"] == {"/seed/data": 4, "/seed/init": 4, "/seed/batches": 3, "/seed/adversary": 3,
                                           "/seed/rule": 3}
    assert ours["pre_aggregators"] == [{"name": "clipping", "radius": 3.0}, {"name": "nnm"}]
    assert ours["task"]["model"] == {"name": "mlp", "hidden": [100], "log_softmax": True}
    assert ours["task"]["dataset"] == {"name": "fashion_mnist", "mean": 0.0, "std": 1.0, "validation": 0.2}
    assert ours["workers"]["momentum"] == {"beta": 0.8, "damped": True}
    assert ours["workers"]["partition"]["byzantine_data"] == "none"
    assert ours["schedule"] == {"name": "step", "at": [40], "factor": 0.5}
    assert sweep["select"] == {"over": ["/optimizer/lr"], "worst_over": ["adversary"]}
    assert "ByzFL compares the best round of each curve" in notes
    assert "64 runs" in notes


OTHER_VALUES = {
    "/benchmark_config/training_algorithm/name": "FedAvg", "/benchmark_config/nb_steps": 70,
    "/benchmark_config/device": "cpu", "/benchmark_config/training_seed": 5, "/benchmark_config/nb_training_seeds": 3,
    "/benchmark_config/nb_honest_clients": 8, "/benchmark_config/f": [0, 2], "/benchmark_config/tolerated_f": 3,
    "/benchmark_config/set_honest_clients_as_clients": True, "/benchmark_config/size_train_set": 1.0,
    "/benchmark_config/data_distribution_seed": 1, "/benchmark_config/nb_data_distribution_seeds": 2,
    "/benchmark_config/data_distribution/0/name": "dirichlet_niid",
    "/benchmark_config/data_distribution/0/distribution_parameter": 0.5,
    "/model/name": "cnn_mnist", "/model/dataset_name": "mnist", "/model/nb_labels": 9,
    "/model/loss": "CrossEntropyLoss",
    "/model/optimizer_name": "Adam", "/model/learning_rate": 0.2, "/model/learning_rate_decay": 0.25,
    "/model/milestones": [10, 50], "/aggregator/0/name": "Median", "/aggregator/0/parameters/nu": 0.5,
    "/aggregator/0/parameters/T": 2, "/aggregator/1/name": "Krum", "/pre_aggregators/0/parameters/c": 1.0,
    "/pre_aggregators/0/name": "ARC", "/pre_aggregators/1/name": "Bucketing", "/honest_clients/momentum": 0.5,
    "/honest_clients/weight_decay": 0.0, "/honest_clients/batch_size": 8, "/attack/0/name": "Inf",
    "/attack/1/name": "Optimal_ALittleIsEnough", "/attack/1/parameters/tau": 1.0,
    "/evaluation_and_results/evaluation_delta": 30, "/evaluation_and_results/batch_size_evaluation": 10,
    "/evaluation_and_results/evaluate_on_test": False, "/evaluation_and_results/store_per_client_metrics": False,
    "/evaluation_and_results/store_models": False, "/evaluation_and_results/data_folder": "/nowhere",
    "/evaluation_and_results/results_directory": "./other",
}


def leaves(value, pointer=""):
    inner = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    plain = not isinstance(value, dict) and not any(isinstance(element, (dict, list)) for _, element in inner)
    if plain:
        yield pointer
    else:
        for key, element in inner:
            yield from leaves(element, f"{pointer}/{key}")


@pytest.mark.parametrize("pointer", OTHER_VALUES)
def test_every_key_is_translated_or_named(imported, program, pointer):
    (program.folder / "data/FashionMNIST/raw").mkdir(parents=True)
    before = imported(EVERY_KEY)
    after = imported(with_value(EVERY_KEY, pointer, OTHER_VALUES[pointer]), expect=None)
    assert after[0] != before[0] or pointer.removesuffix("/name") in after[1] or pointer in before[1]


def test_the_list_of_keys_above_is_whole():
    assert set(OTHER_VALUES) == set(leaves(EVERY_KEY))


def test_rules_and_attacks_take_the_reading_that_byzfl_has(imported):
    theirs = with_value(EVERY_KEY, "/benchmark_config/nb_honest_clients", 11)
    for name, ours in {
        "Average": {"name": "mean"}, "Median": {"name": "median"}, "Meamed": {"name": "meamed"},
        "MDA": {"name": "mda"},
        "Krum": {"name": "krum", "variant": "byzfl"}, "MultiKrum": {"name": "multi_krum", "variant": "byzfl"},
        "MoNNA": {"name": "monna"}, "SMEA": {"name": "smea"}, "CAF": {"name": "caf"},
        "CenteredClipping": {"name": "centred_clipping", "radius": 100.0, "steps": 1},
        "GeometricMedian": {"name": "geometric_median", "variant": "rfa", "smoothing": 0.1, "steps": 3},
    }.items():
        assert imported(with_value(theirs, "/aggregator", {"name": name}))[0]["aggregator"] == ours
    for name, ours in {
        "InnerProductManipulation": {"name": "ipm", "factor": 2.0}, "Mimic": {"name": "mimic"},
        "Inf": {"name": "inf"},
        "Optimal_InnerProductManipulation": {"name": "optimal_ipm"}, "Gaussian": {"name": "gaussian", "shared": True},
        "LabelFlipping": {"name": "label_flip", "batches": "honest"},
    }.items():
        assert imported(with_value(theirs, "/attack", [{"name": name}]))[0]["adversaries"] == [ours]


def test_models_and_losses_end_alike(imported):
    def task(model, dataset, loss):
        theirs = copy.deepcopy(EVERY_KEY)
        theirs["model"] |= {"name": model, "dataset_name": dataset, "loss": loss}
        ours, notes = imported(theirs)
        return ours["task"]["model"], ours["task"]["loss"], "wants log-probabilities" in notes
    assert task("cnn_mnist", "mnist", "NLLLoss") == ({"name": "cnn", "log_softmax": True}, "nll", False)
    assert task("fc_mnist", "mnist", "CrossEntropyLoss") == ({"name": "mlp", "hidden": [100]}, "cross_entropy", False)
    assert task("logreg_mnist", "mnist", "NLLLoss") == ({"name": "logistic", "sigmoid": True}, "cross_entropy", True)
    assert task("cnn_cifar", "cifar10", "CrossEntropyLoss") == ({"name": "cnn_cifar"}, "cross_entropy", False)


def test_chains_parameters_and_distributions_multiply(imported):
    chain = [{"name": "ARC"}, {"name": "Bucketing", "parameters": {"s": [1, 2]}}]
    theirs = with_value(EVERY_KEY, "/pre_aggregators", [[], chain])
    theirs["attack"] = {"name": "Mimic", "parameters": {"epsilon": [0, 3]}}
    theirs["benchmark_config"]["data_distribution"] = [
        {"name": "iid"}, {"name": "dirichlet_niid", "distribution_parameter": [0.1, 1.0]}]
    theirs["benchmark_config"]["nb_data_distribution_seeds"] = 2
    cases = imported(theirs)[0]["sweep"]["cases"]
    assert list(cases["pre_aggregators"]) == ["none", "arc + bucketing (size 1)", "arc + bucketing (size 2)"]
    assert list(cases["adversary"]) == ["mimic (index 0)", "mimic (index 3)"]
    assert list(cases["distribution"]) == ["iid", "dirichlet 0.1", "dirichlet 1.0"]
    assert list(cases["seed"]) == ["2, data 4", "2, data 5", "3, data 4", "3, data 5"]


def test_without_a_validation_split_nothing_is_selected(imported):
    ours, notes = imported(with_value(EVERY_KEY, "/benchmark_config/size_train_set", 1.0))
    assert "select" not in ours["sweep"] and "nothing can choose among the values of /optimizer/lr" in notes


def test_what_byzfl_drops_is_dropped(imported):
    theirs = with_value(EVERY_KEY, "/benchmark_config/tolerated_f", [1, 2])
    ours, notes = imported(theirs)
    assert ours["sweep"]["zip"] == {"/workers/byzantine": [1, 1, 2], "/declared_f": [1, 2, 2]}
    assert "theirs.json: /benchmark_config/tolerated_f: 1 is below f = 2: dropped, as ByzFL does" in notes


@pytest.mark.parametrize("pointer, value, said", [
    ("/model/learning_rte", 0.5,
     'theirs.json: /model/learning_rte: unknown key, left out; did you mean "learning_rate"?'),
    ("/honest_client", {}, '/honest_client: unknown key, left out; did you mean "honest_clients"?'),
    ("/aggregator/1/parameters/g", 1, "/aggregator/1/parameters/g: TrMean has no such parameter"),
    ("/attack/1/parameters/taw", 1.0, 'did you mean "tau"?'),
    ("/aggregator/1/parameters/f", 1, "ByzFL replaces it by tolerated_f"),
])
def test_what_byzfl_would_not_read_is_named(imported, pointer, value, said):
    assert said in imported(with_value(EVERY_KEY, pointer, value))[1]


@pytest.mark.parametrize("pointer, value, said", [
    ("/aggregator/1/name", "TrMaen",
     'theirs.json: /aggregator/1/name: unknown aggregator "TrMaen"; did you mean "TrMean"?'),
    ("/pre_aggregators/0/name", "Nnm", '/pre_aggregators/0/name: unknown pre-aggregator "Nnm"; did you mean "NNM"?'),
    ("/attack", ["SignFlipping"], '/attack/0: "SignFlipping" is not {"name": ..., "parameters": {...}}'),
    ("/attack", {"name": "NoAttack"}, "/attack: NoAttack with an f above 0: ByzFL stops there"),
    ("/model/name", "ResNet18", '/model/name: "ResNet18" has batch norm, which is not available yet'),
    ("/model/dataset_name", "emnist", '/model/dataset_name: ByzFL itself stops with "emnist"'),
    ("/model/loss", "MSELoss", "/model/loss"),
    ("/model/learning_rate", "fast", '/model/learning_rate: "fast" is not a number'),
    ("/benchmark_config/f", 1.5, "/benchmark_config/f: 1.5 is not a whole number"),
    ("/benchmark_config/training_algorithm", {"name": "FedAvg"},
     "FedAvg needs local steps, which are not available yet"),
    ("/benchmark_config/nb_training_seeds", 10**9, "/benchmark_config/nb_training_seeds"),
    ("/benchmark_config/data_distribution/0/name", "gama", "/benchmark_config/data_distribution"),
    ("/benchmark_config", 3, "/benchmark_config: 3 is not an object"),
    ("/honest_clients/momentum", 1.5, "/workers/momentum/beta"),
    ("/honest_clients/batch_size", [], "/honest_clients/batch_size: an empty list"),
])
def test_what_cannot_be_translated_is_an_error_with_its_place(imported, pointer, value, said):
    ours, error = imported(with_value(EVERY_KEY, pointer, value), expect=2)
    assert ours is None and said in error


def test_all_errors_come_together(imported):
    theirs = with_value(with_value(EVERY_KEY, "/model/name", "vgg"), "/aggregator/0/name", "Kruum")
    error = imported(theirs, expect=2)[1]
    assert "/model/name" in error and '"Krum"' in error


def test_an_older_form_of_the_file_is_known(imported):
    benchmark = {key: value for key, value in EVERY_KEY["benchmark_config"].items()
                 if key not in ("f", "tolerated_f", "nb_honest_clients", "set_honest_clients_as_clients", "nb_steps")}
    older = EVERY_KEY | {
        "benchmark_config": benchmark | {"nb_workers": 9, "nb_byz": [1, 2], "declared_nb_byz": [1, 2],
                                         "declared_equal_real": True, "fix_workers_as_honest": False},
        "model": {"name": "fc_mnist", "dataset_name": "fashionmnist", "nb_labels": 10, "loss": "NLLLoss"},
        "server": {"learning_rate": 0.4, "nb_steps": 30, "batch_norm_momentum": None,
                   "learning_rate_decay": 1.0, "milestones": []},
        "honest_nodes": EVERY_KEY["honest_clients"]}
    del older["honest_clients"]
    ours, notes = imported(older)
    assert "written for an older ByzFL" in notes and "unknown key" not in notes
    assert ours["workers"]["count"] == 9 and ours["rounds"] == 30 and ours["optimizer"]["lr"] == 0.4
    assert ours["workers"]["momentum"]["beta"] == 0.8
    assert ours["sweep"]["grid"]["/workers/byzantine"] == [1, 2] and "zip" not in ours["sweep"]

    oldest = {"general": {"nb_workers": None, "nb_honest": 7, "nb_byz": 2, "declared_nb_byz": 2, "nb_steps": 30,
                          "evaluation_delta": 10, "results_directory": "results", "device": "cpu"},
              "model": {"name": "cnn_mnist", "dataset_name": "mnist", "data_distribution": [{"name": "iid"}]},
              "aggregator": {"name": "Median"},
              "honest_nodes": {"momentum": 0.9, "batch_size": 25, "learning_rate": [0.1, 0.2]},
              "attack": [{"name": "LittleIsEnough", "parameters": {}, "attack_optimizer": {"name": "LineMaximize"}}]}
    ours, notes = imported(oldest)
    assert ours["sweep"]["grid"] == {"/optimizer/lr": [0.1, 0.2]} and ours["workers"]["honest"] == 7
    assert ours["adversaries"] == [{"name": "optimal_alie", "sign": "plus"}]


def test_an_imported_config_runs(program, few_images):
    (program.folder / "config.json").write_text(json.dumps(EVERY_KEY))
    done = program("import", "byzfl", "config.json", "--output", "ours.json")
    assert "ours.json: 64 runs" in done.stderr and "next: varangian check ours.json" in done.stderr
    done = program("run", "ours.json", "--device", "cpu", "--set", "/rounds=2")
    assert "selected lr by the highest validation_accuracy in the worst case over adversary" in done.stdout
    runs = manifests(program.folder / "results/byzfl")
    assert len(runs) == 64 and {run["status"] for run in runs} == {"completed"}
    assert "exists already" in program("import", "byzfl", "config.json", "--output", "ours.json", expect=2).stderr


def test_help_shows_an_example(program):
    for command in ([], ["byzfl"], ["byzfl-results"]):
        assert "Example: varangian import" in program("import", *command, "--help").stdout
