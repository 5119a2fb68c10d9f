"""What can be done from the card of the IPython scheme, in order of importance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from .deeds import Deed

if TYPE_CHECKING:
    from .dialogs import Dialogs


def deeds_of(dialogs: Dialogs) -> dict[str, Deed]:
    """Return all of them by name; each opens its dialog."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("cluster deeds", text)

    return {
        "start": Deed(
            "add", tr("Start engines…"), tr("Start a cluster, or add engines to it"), dialogs.start_engines
        ),
        "information": Deed(
            "info", tr("Cluster information"), tr("The engines, live, and what can be done to each"),
            dialogs.information,
        ),
        "run-on": Deed(
            "run", tr("Run on engines…"), tr("Run a statement on engines and see what each says"),
            dialogs.run_on_engines,
        ),
        "restart": Deed("retry", tr("Restart engines…"), tr("Replace them by fresh ones"), dialogs.restart_engines),
        "environment": Deed(
            "settings", tr("Environment…"), tr("Variables of the engines, also of those that join"),
            dialogs.environment,
        ),
        "logs": Deed("log", tr("Logs…"), tr("What the controller and the engines wrote"), dialogs.logs),
        "change-profile": Deed(
            "link", tr("Change profile…"), tr("Have runs use another profile"), dialogs.change_profile
        ),
        "clean-up": Deed(
            "delete", tr("Clean up…"), tr("Stop what Treadle started, or leave it running"), dialogs.clean_up
        ),
        "shut-down": Deed(
            "stop", tr("Request cluster shutdown…"), tr("End the controller with all its engines"), dialogs.shut_down
        ),
    }  # fmt: skip
