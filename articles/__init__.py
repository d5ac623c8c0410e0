"""Articles and their revisions. Knows nothing of reports, cases and corrections."""
