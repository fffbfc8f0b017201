"""The build hook: wheels, source archives and editable installs bring the built web page; `tools/page.py` builds it."""

import importlib
import os
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """Builds the page when it is stale. `HUBBUB_WEB=skip` leaves it out."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node only where one is needed and there is none."""
        tools = self._tools()
        page = tools.Page(tools.Path(self.root))
        return [] if self._skipped or page.fresh or tools.find_npm() else [tools.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before anything is packed."""
        if self._skipped:
            return
        tools = self._tools()
        try:
            tools.Page(tools.Path(self.root)).build()
        except tools.PageError as error:
            self.app.abort(str(error))

    @property
    def _skipped(self) -> bool:
        return os.environ.get("HUBBUB_WEB") == "skip"

    def _tools(self) -> Any:
        """Return `tools.page` of this source tree, which is on nobody's path."""
        sys.path.insert(0, self.root)
        try:
            return importlib.import_module("tools.page")
        finally:
            sys.path.remove(self.root)
