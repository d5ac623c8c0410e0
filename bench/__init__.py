"""Benchmarks. Each module measures one thing and prints tables of ratios."""
