"""Run directories for the tests: the small committed ones, and a writer for odd ones."""

import json
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

HEADER = ("round,epoch,lr,train_loss,validation_loss,validation_accuracy,test_loss,test_accuracy,"
          "update_norm,wrong_sign_fraction,bytes_up,bytes_down")


@pytest.fixture
def stored(tmp_path):
    """A copy of a committed sweep, so that a test may damage it and draw into it."""
    return lambda name: Path(shutil.copytree(HERE / "runs" / name, tmp_path / name))


@pytest.fixture
def write_run(tmp_path):
    """Writes one run. `rows` maps a round to the cells that differ from empty."""

    def write(run_id, rows, swept=None, status="completed", chance=0.1, timing=None, header=HEADER, name="made"):
        path = tmp_path / name / run_id
        path.mkdir(parents=True)
        manifest = {"run_id": run_id, "name": name, "status": status, "swept": swept or {},
                    "task": {"model": "mlp", "dataset": "toy", "chance_accuracy": chance}}
        (path / "manifest.json").write_text(json.dumps(manifest))
        columns = header.split(",")
        rows = [{"round": at, **cells} for at, cells in rows.items()]
        lines = [",".join(str(row.get(column, "")) for column in columns) for row in rows]
        (path / "metrics.csv").write_text("\n".join([header, *lines]) + "\n")
        if timing:
            (path / "timing.csv").write_text("round,gradients,forge,encode,aggregate,step,evaluate\n" + timing)
        return path

    return write


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def load(tmp_path, warnings):
    """Runs under the test's folder, or one given; warnings are kept in `warnings`."""
    from analysis.runs import load as load_runs

    return lambda folder=None: load_runs(folder or tmp_path, warnings.append)


@pytest.fixture
def sheets(monkeypatch):
    """The matplotlib figures that a command draws."""
    from analysis import page

    drawn = []
    save = page.save
    monkeypatch.setattr(page, "save", lambda sheet, stem: drawn.append(sheet) or save(sheet, stem))
    return drawn
