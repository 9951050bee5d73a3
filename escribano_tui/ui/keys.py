"""Commands as Textual's bindings."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from escribano_tui.config.commands import Command, commands_of
from escribano_tui.config.keymap import Keymap


def bindings_of(where: str) -> list[BindingType]:
    """One binding for each command of a screen; its action is `do('name')`, its id the command's."""
    return [
        Binding(",".join(c.keys), _action(c), c.help, id=c.id, show=False, priority=c.id == "app.quit")
        for c in commands_of(where)
    ]


def _action(command: Command) -> str:
    # Textual looks for this very action, and binds ctrl+p of its own where it is not bound.
    return "command_palette" if command.id == "app.palette" else f"do('{command.name}')"


def as_textual_keymap(keymap: Keymap) -> dict[str, str]:
    """What the owner changed, in the form that `App.set_keymap` takes."""
    return {command_id: ",".join(keys) for command_id, keys in keymap.changed.items()}
