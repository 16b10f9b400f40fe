"""Can the house be made behind a proxy that signs TLS anew, as municipalities have them?"""

import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import self_signed

HOUSE = Path(__file__).resolve().parents[2]
ASK = "ask-registry: ; @$(NPM) ping --registry=$(REGISTRY) --fetch-retries=0 --noproxy=127.0.0.1"


class Registry(http.server.BaseHTTPRequestHandler):
    """As much of a package registry as `npm ping` asks for."""

    def do_GET(self) -> None:
        """An empty answer to whatever is asked."""
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A registry whose certificate is signed by nobody but itself: its address, and what to trust."""
    trusted, cert = self_signed(tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        server.socket = trusted.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/", cert
        server.shutdown()
        thread.join()


def test_npm_trusts_whom_the_machine_trusts(registry: tuple[str, Path], tmp_path: Path) -> None:
    address, cert = registry
    plain = {name: value for name, value in os.environ.items() if not name.lower().startswith("npm_config")}
    plain.pop("NODE_EXTRA_CA_CERTS", None)
    plain.pop("NODE_USE_SYSTEM_CA", None)
    told = subprocess.run(
        ["make", "--no-print-directory", "--eval", ASK, f"REGISTRY={address}", "ask-registry"],
        cwd=HOUSE,
        env={**plain, "HOME": str(tmp_path), "SSL_CERT_FILE": str(cert), "SSL_CERT_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
