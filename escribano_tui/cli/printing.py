"""What commands print on stdout, where the terminal may be the reader."""

from __future__ import annotations

import json

import click


def print_json(value: object) -> None:
    """JSON of plain data, without a raw control or an undecodable byte of a path in it; dates as they print themselves."""
    from escribano_tui.domain.text import json_safe

    click.echo(json_safe(json.dumps(value, ensure_ascii=False, indent=1, default=str)))
