"""Articles from elsewhere: one module a format, each yielding ``items.Item``.

    source (sources.py) ──▶ format (html_page.py, …) ──▶ items ──▶ store.py ──▶ actions.upsert_article

A format reads what its documentation says and refuses, with the reason, what it cannot read; it never touches the
database. HTML goes through ``prose.py`` where it comes from pages.
"""
