"""Commands on a pair of models: `score`, `decode` and `report`."""

from typing import Any

from typer.core import TyperCommand

from rlvr_direction.cli.app import command, end
from rlvr_direction.settings import DecodeSettings, ReportSettings, ScoreSettings

__all__ = ["KNOWN", "OfKnownPairs", "decode", "report", "score"]


class OfKnownPairs(TyperCommand):
    """A command whose models may be named by `--pair`: a public pair, with the prompt that it was trained on."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the two models and the template of a known pair in place of its name."""
        words = [word for whole in args for word in (whole.split("=", 1) if whole.startswith("--pair=") else [whole])]
        if "--pair" in words:
            from rlvr_direction.problems import pair_named

            at = words.index("--pair")
            name = words[at + 1] if at + 1 < len(words) else ""
            try:
                pair = pair_named(name)
            except ValueError as refusal:
                end(f"error: {refusal}", 2)
            words = [pair.base, pair.rl, *words[:at], *words[at + 2 :]]
            words += [] if any(word.startswith("--template") for word in words) else ["--template", pair.template]
        return super().parse_args(ctx, words)


KNOWN = " With --pair orz-1.5b in place of the two names: a public pair and the prompt it was trained on."


@command(
    ScoreSettings,
    cls=OfKnownPairs,
    example="rlvr-direction score Qwen/Qwen2.5-7B my/rl-7b texts.jsonl --out scores.parquet, where a row of "
    'texts.jsonl is {"prompt": "1+1=", "response": "2"}.' + KNOWN,
)
def score(settings: ScoreSettings) -> object:
    """Score each token of given texts under both models."""
    from rlvr_direction.scoring import score_file

    return score_file(settings)


@command(
    DecodeSettings,
    cls=OfKnownPairs,
    example="rlvr-direction decode Qwen/Qwen2.5-7B my/rl-7b problems.jsonl --where 'delta_logp<=-0.3' "
    '--out decoded.parquet, where a row of problems.jsonl is {"problem": "What is $1+1$?", "answer": "2"}.' + KNOWN,
)
def decode(settings: DecodeSettings) -> object:
    """Decode problems with an intervention."""
    from rlvr_direction.evaluation import decode_file

    return decode_file(settings)


@command(ReportSettings, example="rlvr-direction report decoded.parquet --out report.html")
def report(settings: ReportSettings) -> object:
    """Write decoded responses or scored texts as an HTML page."""
    from rlvr_direction.report import report as write_report

    return write_report(settings)
