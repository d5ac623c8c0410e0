"""The API of reports, cases and corrections: parse, call one action, answer."""
