"""`python -m escribano_tui` is the same program as `escribano-tui`."""

from __future__ import annotations

from escribano_tui.cli import main

if __name__ == "__main__":
    main()
