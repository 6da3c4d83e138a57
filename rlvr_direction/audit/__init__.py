"""The paper's questions asked of any pair: what to measure, in the time there is, and the tables of it."""
