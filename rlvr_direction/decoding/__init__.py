"""One model proposes a token, an intervention disposes of it: replacement and extrapolation are one decoder."""

from rlvr_direction.decoding.noise import Noise, indexed_noise
from rlvr_direction.decoding.rounds import Decoded
from rlvr_direction.decoding.run import auto_block, check_lengths, decode, end_ids

__all__ = ["Decoded", "Noise", "auto_block", "check_lengths", "decode", "end_ids", "indexed_noise"]
