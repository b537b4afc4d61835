"""Tells Piccolo where this application's tables and migrations are."""

import os

from piccolo.conf.apps import AppConfig

from service.storage import tables

APP_CONFIG = AppConfig(
    app_name="storage",
    migrations_folder_path=os.path.join(os.path.dirname(__file__), "piccolo_migrations"),
    table_classes=list(tables.ALL),
    migration_dependencies=[],
)
