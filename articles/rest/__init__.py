"""What all calls of the API have in common: keys, pages, fields, conditions, and repeats. Knows no article."""
