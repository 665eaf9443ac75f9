"""`autoglm serve` as a process of its own, for tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import openai

START_S = 240


class Served:
    """A server process that can be killed and started again."""

    def __init__(self, home: Path, *words: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        self.words = ["--runs", str(home), "--port", str(self.port), "--no-memory", *words]
        self.start()

    def start(self) -> None:
        code = "from autoglm_agent.cli.main import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, "serve", *self.words],
            env={**os.environ, "AUTOGLM_TOKEN": "alpha,beta"},
            start_new_session=True,
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None
            try:
                if httpx.get(f"{self.url}/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def client(self, token: str = "alpha") -> openai.OpenAI:
        return openai.OpenAI(
            base_url=f"{self.url}/v1", api_key=token, max_retries=0, timeout=START_S
        )

    def get(self, path: str, token: str = "alpha") -> httpx.Response:
        return httpx.get(
            self.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=START_S
        )

    def post(self, path: str, token: str = "alpha") -> httpx.Response:
        return httpx.post(
            self.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=START_S
        )
