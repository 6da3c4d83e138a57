"""Commands of the lab: `toy` trains a pair from scratch, `study` records evidence."""

from rlvr_direction.cli.app import command
from rlvr_direction.lab.settings import StudySettings, ToySettings

__all__ = ["study", "toy"]


@command(
    ToySettings,
    example="rlvr-direction toy arithmetic --out toys/arithmetic --seed 0; then --rl-seed 1 for another RL run.",
)
def toy(settings: ToySettings) -> object:
    """Train a toy pair from scratch."""
    from rlvr_direction.lab.toys import make_toy

    s = settings
    options = {"seed": s.seed, "rl_seed": s.rl_seed, "rollouts": s.rollouts, "large": s.large}
    return make_toy(s.task, s.out, **options, jobs=s.jobs, command=s.command)


@command(StudySettings, example="rlvr-direction study gates --task arithmetic --seeds 5")
def study(settings: StudySettings) -> object:
    """Repeat a measurement over seeds and record it."""
    from rlvr_direction.lab.studies import study as run_study

    return run_study(settings)
