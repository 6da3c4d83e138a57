"""The claims of the paper and the rules, fixed before the runs, that decide them."""

from dataclasses import dataclass

__all__ = ["CLAIMS", "Claim"]


@dataclass(frozen=True)
class Claim:
    """What the paper says, the rule that decides it, and the chapter that judges it."""

    id: str
    statement: str
    rule: str
    chapter: str


_CLAIMS = (
    Claim(
        "C1",
        "delta_logp separates base- from RL-generated text better than magnitudes do.",
        "The oriented AUROC of delta_logp minus the best of both entropies, both KLs, both log-probabilities and (per "
        "response) length: 95 % interval over prompts above 0, per response and per token where TV(base, rl) > .01.",
        "02_direction_not_magnitude",
    ),
    Claim(
        "C2",
        "delta_logp recovers RL accuracy with the fewest replacements.",
        "The smallest ratios that reach 50 % and 80 % of the base-to-RL gap: the intervals of the log ratios of "
        "neighbours in delta_logp, KL, entropy, random lie below 0, for selected and for changed tokens.",
        "03_token_replacement",
    ),
    Claim(
        "C2f",
        "It is the sign of delta_logp that does it.",
        "Mean accuracy at 2, 5 and 8 % changed: delta_logp minus each of |delta_logp|, pi_base(y), pi_rl(y), the gap "
        "to RL's argmax, position-level mass and, at equal selected, the matched coin: every interval above 0, none "
        "wholly below 1 point.",
        "03_token_replacement",
    ),
    Claim(
        "C3a",
        "Lemma 3.1: an unclipped token's gradient has norm 2 |w| (1 - pi(y)).",
        "Float64 autograd agrees within a relative 1e-9 (floor 1e-12), and clipped tokens have exactly 0.",
        "04_why_sparse",
    ),
    Claim(
        "C3b",
        "Rare tokens carry most of the gradient.",
        "Their (p < .5) share of summed |A| ratio (1 - p) on that stage's rollouts: above .5 at the start and the end.",
        "04_why_sparse",
    ),
    Claim(
        "C3c",
        "Training on top-p filtered rollouts ends worse.",
        "Final accuracy difference at T = 1, top_p = 1, paired over seeds: interval below 0.",
        "04_why_sparse",
    ),
    Claim(
        "C4a",
        "Some gamma > 0 does at least as well as RL, for a tabular softmax trained by natural policy gradient.",
        "Exact by enumeration for whole responses as actions; a counterexample for per-token states is shown.",
        "05_extrapolation",
    ),
    Claim(
        "C4b",
        "gamma > 0 beats gamma = 0 under the same gate.",
        "Accuracy gain at the gamma and tau chosen on calibration problems, Holm over training stages: interval above "
        "0 at the last stage, and not wholly below 1 point.",
        "05_extrapolation",
    ),
    Claim(
        "C4c",
        "Selective extrapolation beats RL.",
        "Gain against RL and against gamma = 0 under that gate: both intervals above 0, neither wholly below 1 point.",
        "05_extrapolation",
    ),
    Claim(
        "C5a",
        "Reweighting beats DAPO.",
        "Area under accuracy at fixed rollouts, paired t-interval over at least 10 seeds: above 0, and not wholly "
        "below 1 point; mean-1 weights are a row of their own.",
        "06_reweighted_grpo",
    ),
    Claim(
        "C5b",
        "Reweighting keeps Pass@16.",
        "Pass@16 difference to DAPO, paired over seeds: interval above -2 points.",
        "06_reweighted_grpo",
    ),
    Claim(
        "C5c",
        "Reweighting beats Dominate and PPL.",
        "As C5a against each rival, 10 seeds each: both intervals above 0, and neither wholly below 1 point.",
        "06_reweighted_grpo",
    ),
)
CLAIMS = {claim.id: claim for claim in _CLAIMS}
