"""The rules of keeping, in the owner's settings.toml; other tables of the file are left as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from escribano_tui.config.profile_file import without
from escribano_tui.config.toml_file import read_toml
from escribano_tui.domain.keeping import KeepingRules
from escribano_tui.whole_file import write_whole


class KeepingFile:
    """`[keeping]` of a settings file. Raises ValueError with a sentence where the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> KeepingRules:
        table = self._tables().get("keeping", {})
        known = {"pictures_days": int, "gone": str}
        if not isinstance(table, dict) or any(type(v) is not known.get(k) for k, v in table.items()):
            raise ValueError(f"{self._path}: [keeping] has pictures_days, a number, and gone, a word.")
        return KeepingRules(**table)

    def save(self, rules: KeepingRules) -> None:
        """Raises OSError; the file is then as it was."""
        import tomli_w

        self._tables()  # a file that is no TOML is not written over
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        table = tomli_w.dumps({"keeping": {"pictures_days": rules.pictures_days, "gone": rules.gone}})
        parts = (without(text, "keeping").rstrip(), table)
        write_whole(self._path, "\n\n".join(part for part in parts if part), make_folder=True)

    def _tables(self) -> dict[str, Any]:
        try:
            return read_toml(self._path)
        except ValueError as why:
            raise ValueError(f"{self._path}: {why}") from why
