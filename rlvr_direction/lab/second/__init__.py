"""The second registration: one file a claim, each with its rule and `judge(recorded) -> verdicts`."""
