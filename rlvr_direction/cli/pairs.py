"""Commands on a pair of models: `score`, `decode` and `report`."""

from rlvr_direction.cli.app import command
from rlvr_direction.settings import DecodeSettings, ReportSettings, ScoreSettings

__all__ = ["decode", "report", "score"]


@command(
    ScoreSettings,
    example="rlvr-direction score Qwen/Qwen2.5-7B my/rl-7b texts.jsonl --out scores.parquet, where a row of "
    'texts.jsonl is {"prompt": "1+1=", "response": "2"}.',
)
def score(settings: ScoreSettings) -> object:
    """Score each token of given texts under both models."""
    from rlvr_direction.scoring import score_file

    return score_file(settings)


@command(
    DecodeSettings,
    example="rlvr-direction decode Qwen/Qwen2.5-7B my/rl-7b problems.jsonl --where 'delta_logp<=-0.3' "
    '--out decoded.parquet, where a row of problems.jsonl is {"problem": "What is $1+1$?", "answer": "2"}.',
)
def decode(settings: DecodeSettings) -> object:
    """Decode problems with an intervention."""
    from rlvr_direction.evaluation import decode_file

    return decode_file(settings)


@command(ReportSettings, example="rlvr-direction report decoded.parquet --out report.html")
def report(settings: ReportSettings) -> object:
    """Write decoded responses as an HTML page."""
    from rlvr_direction.report import report as write_report

    return write_report(settings)
