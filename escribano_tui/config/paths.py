"""Where things live: the state under ESCRIBANO_HOME, settings under ESCRIBANO_CONFIG_DIR, and what is shipped."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

APP = "escribano-tui"
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Paths:
    """`home` holds the library, media, models and logs; `config` holds what the owner writes."""

    home: Path
    config: Path

    @property
    def library(self) -> Path:
        return self.home / "library.db"

    @property
    def media(self) -> Path:
        return self.home / "media"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def log(self) -> Path:
        """What libraries write to file descriptor 2."""
        return self.logs / "escribano-tui.log"

    @property
    def own_profiles(self) -> Path:
        return self.config / "profiles.toml"

    @property
    def own_themes(self) -> Path:
        return self.config / "themes"

    @property
    def own_cues(self) -> Path:
        return self.config / "cues.toml"

    @property
    def own_prompts(self) -> Path:
        return self.config / "prompts"

    @property
    def own_templates(self) -> Path:
        return self.config / "templates"

    @property
    def own_keys(self) -> Path:
        return self.config / "keys.toml"

    @property
    def own_settings(self) -> Path:
        return self.config / "settings.toml"


def find_paths() -> Paths:
    """Folders by the environment, else the platform's own. Nothing is made."""
    import platformdirs

    home = os.environ.get("ESCRIBANO_HOME") or platformdirs.user_data_dir(APP, appauthor=False)
    config = os.environ.get("ESCRIBANO_CONFIG_DIR") or platformdirs.user_config_dir(APP, appauthor=False)
    return Paths(_expanded(home), _expanded(config))


def _expanded(folder: str) -> Path:
    """An absolute path of a folder that may begin with ~ or ~user. Raises LookupError with a sentence."""
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError:
        raise LookupError(f"The folder {folder} cannot be found: there is no such user.") from None


def private() -> None:
    """From now on, files that this process makes are readable by their owner alone."""
    os.umask(0o077)


def make_private(folder: Path) -> Path:
    """Make a folder that only its owner can look into (0700), and the ones above it that are missing."""
    if folder.is_dir() and not os.access(folder, os.W_OK):
        return folder  # what is there can be read; whoever writes is told
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def shipped(name: str) -> Path:
    """A file or folder of the top level (`profiles.toml`, `themes`): in a checkout beside the package, in an
    installed wheel inside of it."""
    installed = _PACKAGE / "data" / "top" / name
    return installed if installed.exists() else _PACKAGE.parent / name


def data(name: str) -> Path:
    """A file of the package's `data` folder."""
    return _PACKAGE / "data" / name
