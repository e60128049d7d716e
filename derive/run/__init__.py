"""A run over all claims, and what makes it quick: processes, a cluster, and what earlier runs found."""
