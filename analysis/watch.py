"""Serves a page on this machine, and makes it anew when run directories under a folder have changed."""

import http.server
import threading
import time

from .errors import NothingToDraw, UsageError
from .runs import find

LOOK = 1.0  # seconds between two looks at the folder
REST = 4.0  # times as long as making the page took, so that a sweep keeps its processors


class Board:
    """The newest page; written by one thread, read by those that serve."""

    def __init__(self, page, version):
        self.page, self.version = page, version

    def put(self, page, version):
        self.page, self.version = page, version


def serve(make, folder, port, warn):
    """Yields the address, then serves until Ctrl-C. `make` returns a page and its version."""
    seen = state(folder)
    started = time.monotonic()
    board = Board(*make())
    took = time.monotonic() - started
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler_of(board))
    except OSError as error:
        raise UsageError(f"port {port} cannot be used ({error.strerror}); --port 0 takes any that is free") from None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/  (Ctrl-C ends)"
        while True:
            time.sleep(max(LOOK, REST * took))
            now = state(folder)
            if now == seen:
                continue
            seen, started = now, time.monotonic()
            try:
                board.put(*make())
            except (NothingToDraw, UsageError, OSError) as reason:
                warn(f"the page stays as it was: {reason}")
            took = time.monotonic() - started
    except KeyboardInterrupt:
        return
    finally:
        server.shutdown()
        server.server_close()


def state(folder):
    """What changes when a run begins, goes on or ends."""
    found = {}
    for path in find(folder) if folder.is_dir() else []:
        for name in ("manifest.json", "metrics.csv"):
            try:
                file = (path / name).stat()
            except OSError:
                continue
            found[path, name] = file.st_mtime_ns, file.st_size
    return found


def handler_of(board):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            address = self.path.split("?")[0]
            if address in ("/", "/report.html"):
                self.answer(200, "text/html; charset=utf-8", board.page)
            elif address == "/version":
                self.answer(200, "text/plain; charset=utf-8", board.version)
            else:
                self.answer(404, "text/plain; charset=utf-8", f"there is nothing at {address}; the page is at /")

        def answer(self, status, kind, text):
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Handler
