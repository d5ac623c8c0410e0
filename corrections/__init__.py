"""Reports, cases, corrections and the public log: the product."""
