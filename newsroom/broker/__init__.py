"""The embedded broker: Celery messages in a table of the database, for newsrooms without Redis."""
