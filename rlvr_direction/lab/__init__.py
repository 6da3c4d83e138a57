"""The lab: toy tasks and pairs, what chapters ask of them, the studies, and the claims that they decide."""
