"""A Slurm cluster of one node on this machine: munged, slurmctld and slurmd on loopback, in a folder of its own."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol"]
CONFIG = """ClusterName=varangian
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,requeue_setup_env_fail
ReturnToService=2
KillWait=5
MinJobAge=300
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes={host} MaxTime=INFINITE State=UP PriorityTier=10
"""


def why_not():
    """Why no cluster can be started here, or ""."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    if missing:
        return f"{', '.join(missing)} not installed (Debian: slurm-wlm, munge)"
    return "" if os.geteuid() == 0 else "a test cluster is started by root"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Cluster:
    """While it lives, SLURM_CONF in the environment leads to it."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm-"))  # short: a socket's path has 108 bytes
        self.folder.chmod(0o755)
        for name in ["state", "spool"]:
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        host = socket.gethostname().split(".")[0]
        config = CONFIG.format(host=host, folder=self.folder, ports=free_ports(2), cpus=os.cpu_count())
        (self.folder / "slurm.conf").write_text(config)
        os.environ["SLURM_CONF"] = str(self.folder / "slurm.conf")
        files = [f"--{option}={self.folder}/munge.{end}" for option, end in
                 [("socket", "socket"), ("key-file", "key"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed")]]
        self.daemons = []
        self.start("munged", "--force", "--foreground", *files)
        self.wait(lambda: (self.folder / "munge.socket").exists(), "munged")
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D")
        self.wait(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"), "the node")
        return self

    def start(self, *command):
        with open(self.folder / f"{command[0]}.out", "w") as log:
            self.daemons.append(subprocess.Popen(command, stdout=log, stderr=log))

    def wait(self, ready, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < deadline, (
                f"{what}: not after {seconds} s; {self.ask('squeue', '--array', '--format=%i %T %r %S')}")
            time.sleep(0.05)

    def ask(self, *command):
        return subprocess.run(command, capture_output=True, text=True).stdout

    def states(self):
        return self.ask("squeue", "--noheader", "--array", "--format=%T").split()

    def __exit__(self, *failure):
        subprocess.run(["scancel", "--user=root"], capture_output=True)
        with contextlib.suppress(AssertionError):
            self.wait(lambda: not self.states(), "the jobs", 15)
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            daemon.wait()
        del os.environ["SLURM_CONF"]
        if failure[0] is None:
            shutil.rmtree(self.folder)
