"""GRPO as in the paper: TRL's trainer with a weighting, and the parts of DAPO that TRL lacks."""

from rlvr_direction.training.config import ReweightedGRPOConfig
from rlvr_direction.training.run import train
from rlvr_direction.training.settings import TrainSettings
from rlvr_direction.training.trainer import ReweightedGRPOTrainer

__all__ = ["ReweightedGRPOConfig", "ReweightedGRPOTrainer", "TrainSettings", "train"]
