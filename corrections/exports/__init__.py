"""Articles and corrections in the formats that other systems speak: one module a format, listed in docs/exports.md.

A format's module turns rows into that format and does nothing else. ``wire`` says what a news agency's receiver has to
know of an article, whatever the format; ``views`` answers the addresses. Feeds have a module of their own.
"""
