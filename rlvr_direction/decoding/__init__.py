"""One model proposes a token, an intervention disposes of it: replacement and extrapolation are one decoder."""

from rlvr_direction.decoding.noise import Noise, indexed_noise
from rlvr_direction.decoding.pace import BLOCKS, Pace, measure_pace
from rlvr_direction.decoding.rounds import Decoded
from rlvr_direction.decoding.run import choose_block, decode, end_ids

__all__ = ["BLOCKS", "Decoded", "Noise", "Pace", "choose_block", "decode", "end_ids", "indexed_noise", "measure_pace"]
