"""Archives that would leave their folder, fill the disk or are none."""
import gzip
import io
import os
import tarfile
import time

import pytest


def member(name, data=b"x", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


@pytest.mark.parametrize("members, message", [
    ([member("toy/../../evil")], "a name leads out of it: toy/../../evil"),
    ([member("/tmp/evil")], "a name leads out of it: /tmp/evil"),
    ([member("toy/link", b"", type=tarfile.SYMTYPE, linkname="/etc")], "neither file nor folder"),
    ([member("toy/link", b"", type=tarfile.LNKTYPE, linkname="toy/a")], "neither file nor folder"),
    ([member("toy/pipe", b"", type=tarfile.FIFOTYPE)], "neither file nor folder"),
    ([member("toy/a"), member("toy/a")], "a name stands twice: toy/a"),
    ([member("toy/a\x1b[31m")], "a name has odd characters"),
    ([member("toy/closed", b"", type=tarfile.DIRTYPE, mode=0o500)], "holds what its owner may not read: dr-x"),
    ([member("toy/closed", mode=0)], "holds what its owner may not read"),
    ([member("toy/when", mtime=2**62)], "tar says what cannot be read"),
    ([member("a/a"), member("b/b")], "one folder should be in it"),
    ([member("toy/a")], "it has no SHA256SUMS"),
    ([member("toy/SHA256SUMS", b"0" * 64 + b"  ../../etc/passwd\n")], "there is no run in it"),
    ([], "is no pack: it is empty"),
])
def test_a_hostile_archive_is_refused(program, tmp_path, members, message):
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    done = program("verify", "evil.tar.gz", expect=2)
    assert message in done.stderr and "\x1b" not in done.stderr
    assert not (tmp_path.parent / "evil").exists()


def test_a_huge_file_is_refused_before_it_is_unpacked(program, tmp_path):
    info, _ = member("toy/huge", b"")
    info.size = 5 * 10**9
    with gzip.open(tmp_path / "evil.tar.gz", "wb", 1) as file:
        file.write(info.tobuf())
        for _ in range(info.size // 2**24 + 1):
            file.write(bytes(2**24))
    assert "unpacks to more than 4 GB" in program("verify", "evil.tar.gz", expect=2).stderr


def test_a_signal_ends_what_unpacks(program, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    tar = tmp_path / "bin/tar"
    tar.write_text("#!/bin/sh\ntouch started\nexec sleep 100\n")
    tar.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tar.parent}:{os.environ['PATH']}")
    (tmp_path / "x.tar.gz").write_bytes(b"")
    process = program.start("verify", "x.tar.gz")
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.terminate()
    assert process.wait(timeout=20) == 130


def test_what_is_no_archive_is_told(program):
    (program.folder / "x.tar.gz").write_bytes(b"no archive")
    assert "x.tar.gz: is no pack, or was cut short" in program("verify", "x.tar.gz", expect=2).stderr
    assert "nowhere.tar.gz: is no file" in program("verify", "nowhere.tar.gz", expect=2).stderr
    assert "there is no such folder" in program("pack", "nowhere", expect=2).stderr
