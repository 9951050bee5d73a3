"""Serves a GGUF file by llama.cpp's own HTTP server (xllamacpp), in a process of its own: MODEL, then prints its URL.

Run by the tests with a Python that has xllamacpp; ends with its standard input.
"""

from __future__ import annotations

import sys


def main() -> None:
    import xllamacpp  # type: ignore[import-not-found]

    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = 1  # on a busy machine more of them wait for each other
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)
    print(f"url={server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
