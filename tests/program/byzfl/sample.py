"""What ByzFL made here, and how tests read run directories made of it."""
import csv
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent
RESULTS = FOLDER / "results"


def rows(path):
    return list(csv.DictReader(path.open()))


def manifests(folder):
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*/manifest.json"))]
