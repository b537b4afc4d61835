"""Piccolo's configuration: `DB` is set by `service.storage.database` when a database is opened."""

from typing import Any

from piccolo.conf.apps import AppRegistry

DB: Any = None
APP_REGISTRY = AppRegistry(apps=["service.storage.piccolo_app"])
