"""Moto in LocalStack's place: the AWS APIs on one port, LocalStack's own paths and its init scripts.

`/_localstack/health` answers 503 until every script in ready.d has run, so that whoever waits for
health finds the buckets and tables; its body is LocalStack's all the while, for a script that asks.
As in LocalStack, a failing script is reported and does not stop the server.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

PORT = 4566
READY_SCRIPTS = Path("/etc/localstack/init/ready.d")
SERVICES = [name.strip() for name in os.environ.get("SERVICES", "s3,dynamodb,ses,lambda").split(",")]

scripts: list[dict[str, str]] = []
ready = threading.Event()


def own_answer(path: str) -> tuple[str, dict] | None:
    """LocalStack's own paths; None for everything that is AWS."""
    if path == "/_localstack/health":
        state = "running" if ready.is_set() else "available"
        body = {"services": {name: state for name in SERVICES}, "edition": "moto", "version": "moto"}
        return ("200 OK" if ready.is_set() else "503 Service Unavailable"), body
    if path == "/_localstack/init":
        stages = {"BOOT": True, "START": True, "READY": ready.is_set(), "SHUTDOWN": False}
        return "200 OK", {"completed": stages, "scripts": scripts}
    if path == "/_localstack/init/ready":
        return "200 OK", {"completed": ready.is_set(), "scripts": scripts}
    if path == "/_localstack/info":
        return "200 OK", {"edition": "moto", "version": "moto", "is_license_activated": False}
    return None


def with_own_paths(aws):
    def application(environ, start_response):
        answer = own_answer(environ.get("PATH_INFO", "").rstrip("/"))
        if answer is None:
            return aws(environ, start_response)
        status, body = answer
        headers = [("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*")]
        start_response(status, headers)
        return [json.dumps(body).encode()]

    return application


class QuietHandler(MotoRequestHandler):
    """One line for each AWS call, none for health checks."""

    def log_request(self, code="-", size="-"):
        if not self.path.startswith("/_localstack"):
            super().log_request(code, size)


def run_ready_scripts() -> None:
    files = sorted(f for f in READY_SCRIPTS.glob("**/*") if f.suffix in (".sh", ".py"))
    scripts.extend({"stage": "READY", "name": f.name, "state": "UNKNOWN"} for f in files)
    for file, entry in zip(files, scripts):
        entry["state"] = "RUNNING"
        runner = ["bash"] if file.suffix == ".sh" else [sys.executable]
        code = subprocess.run([*runner, str(file)], check=False).returncode
        entry["state"] = "SUCCESSFUL" if code == 0 else "ERROR"
        print(f"init script {file}: {entry['state']} (exit code {code})", flush=True)


def main() -> None:
    # As the container's first process Python would ignore SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    aws = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "0.0.0.0", PORT, with_own_paths(aws), threaded=True, request_handler=QuietHandler
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    run_ready_scripts()
    ready.set()
    print("Ready.", flush=True)
    threading.Event().wait()


main()
