"""Packs of sweeps, to be taken apart and changed."""
import hashlib
import json
import shutil
import tarfile

SWEEP = {"sweep": {"grid": {"/workers/byzantine": [1, 3]}, "seeds": 3}}


class Unpacked:
    """A pack's files, to be changed and packed again."""

    def __init__(self, program, archive="toy.tar.gz"):
        self.folder = program.folder / "unpacked"
        shutil.rmtree(self.folder, ignore_errors=True)
        with tarfile.open(program.folder / archive) as tar:
            tar.extractall(self.folder)
        (self.root,) = self.folder.iterdir()
        self.runs = sorted(path.parent for path in self.root.glob("runs/*/*/manifest.json"))

    def files(self):
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def change(self, file, old, new):
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def change_manifest(self, run, **values):
        path = run / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values, indent=2) + "\n")

    def sum_up(self):
        """As a forger would: the sums fit again."""
        names = [path for path in self.files() if path.name != "SHA256SUMS"]
        (self.root / "SHA256SUMS").write_text("".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(self.root)}\n" for path in names))

    def pack(self, archive="forged.tar.gz"):
        with tarfile.open(self.folder.parent / archive, "w:gz") as tar:
            tar.add(self.root, self.root.name)
        return archive
