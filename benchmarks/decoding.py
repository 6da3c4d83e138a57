"""Decoding with a pair against its base alone, on the arithmetic toy: time and forward calls per token.

    python benchmarks/decoding.py [--batches 1 4 16 64 256] [--repeats 5]

Tokens are replaced where delta_logp <= -0.3. Three ways to do so are compared in one run, as ratios to the base alone
in a loop of its own: lockstep, block auto, and `generate` with a logits processor that calls RL with its own cache.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import torch
from transformers import LogitsProcessor

from rlvr_direction import Intervention, ModelPair, Sampling, decode, load_toy_pair
from rlvr_direction.batches import pad, positions
from rlvr_direction.cache import Fed
from rlvr_direction.decoding import end_ids, indexed_noise
from rlvr_direction.distributions import inverse_cdf
from rlvr_direction.interventions import parse
from rlvr_direction.lab.tasks import TASKS

WHERE = parse("delta_logp<=-0.3")
TASK = TASKS["arithmetic"]
PROMPTS = {1: 64, 4: 256, 16: 512, 64: 1024, 256: 2048}


class Calls:
    """Counts the rows that go through a model's forward calls."""

    def __init__(self, model: torch.nn.Module) -> None:
        self.rows = 0
        model.register_forward_pre_hook(self._count, with_kwargs=True)

    def _count(self, _model: object, _args: object, named: dict) -> None:
        self.rows += len(named["input_ids"])


@torch.inference_mode()
def alone(pair: ModelPair, prompts: list[list[int]], batch: int) -> tuple[int, int]:
    """Decode with the base alone, one token per step, dropping finished rows. Returns tokens written and selected."""
    noise = indexed_noise(range(len(prompts)), [0] * len(prompts), TASK.max_new_tokens, seed=0).proposal
    ends, written = end_ids(pair), 0
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    for start in range(0, len(order), batch):
        rows = torch.tensor(order[start : start + batch])
        stream = pair.streams()[0]
        ids, mask = pad([prompts[i] for i in rows], pad_id=pair.pad_id, left=True)
        fed = Fed(ids, positions(mask), mask)
        for step in range(TASK.max_new_tokens):
            token = inverse_cdf(stream.feed(fed, keep=1)[:, 0], noise[rows, step])
            written += len(rows)
            staying = (~torch.isin(token, ends)).nonzero().squeeze(1)
            if not len(staying):
                break
            place = fed.positions[:, -1:] + 1
            if len(staying) < len(rows):
                rows, token, place = rows[staying], token[staying], place[staying]
                stream.keep(staying)
            fed = Fed(token.unsqueeze(1), place, torch.ones_like(place, dtype=torch.bool))
    return written, 0


def paired(pair: ModelPair, prompts: list[list[int]], batch: int, block: int | str) -> tuple[int, int]:
    """Decode with the pair by `decode`. Returns tokens written and selected."""
    decoded = decode(
        pair,
        prompts,
        Intervention(WHERE),
        Sampling(),
        seed=0,
        max_new_tokens=TASK.max_new_tokens,
        batch_size=batch,
        block=block,
    )
    return decoded.n_tokens.sum().item(), decoded.selected.sum().item()


class Replacing(LogitsProcessor):
    """Replaces tokens inside `generate` by calling RL, with its own cache, at every step."""

    def __init__(self, rl: torch.nn.Module, mask: torch.Tensor) -> None:
        self.rl, self.mask, self.cache, self.fired = rl, mask.long(), None, []
        self.generator = torch.Generator().manual_seed(0)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Leave only the chosen token possible."""
        fresh = self.cache is None
        if not fresh:
            self.mask = torch.cat([self.mask, torch.ones_like(self.mask[:, :1])], dim=1)
        place = positions(self.mask.bool())
        out = self.rl(
            input_ids=input_ids if fresh else input_ids[:, -1:],
            attention_mask=self.mask,
            position_ids=place if fresh else place[:, -1:],
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self.cache = out.past_key_values
        base, rl = scores.log_softmax(-1), out.logits[:, -1].float().log_softmax(-1)
        uniform = torch.rand(2, len(scores), generator=self.generator, dtype=torch.float64)
        proposal, other = inverse_cdf(base, uniform[0]), inverse_cdf(rl, uniform[1])
        fires = (rl - base).gather(1, proposal[:, None])[:, 0] <= -0.3
        self.fired.append(fires)
        chosen = torch.where(fires, other, proposal)
        return torch.full_like(scores, -torch.inf).scatter(1, chosen[:, None], 0.0)


@torch.inference_mode()
def generated(pair: ModelPair, prompts: list[list[int]], batch: int) -> tuple[int, int]:
    """Decode with the pair by `generate`. Returns tokens written up to the end of each row, and tokens selected."""
    ends, written, selected = end_ids(pair), 0, 0
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    for start in range(0, len(order), batch):
        ids, mask = pad([prompts[i] for i in order[start : start + batch]], pad_id=pair.pad_id, left=True)
        replacing = Replacing(pair.rl, mask)
        out = pair.base.generate(
            input_ids=ids,
            attention_mask=mask.long(),
            do_sample=False,
            max_new_tokens=TASK.max_new_tokens,
            logits_processor=[replacing],
        )[:, ids.shape[1] :]
        over = torch.isin(out, ends).int().cumsum(1)
        standing = (over == 0) | (torch.isin(out, ends) & (over == 1))
        written += standing.sum().item()
        selected += (torch.stack(replacing.fired, 1) & standing).sum().item()
    return written, selected


def seconds_a_token(work: Callable[..., tuple[int, int]], *arguments: object) -> float:
    begun = time.perf_counter()
    tokens, _ = work(*arguments)
    return (time.perf_counter() - begun) / tokens


def compare(pair: ModelPair, calls: list[Calls], batch: int, repeats: int) -> None:
    """Time all ways in turn, repeatedly, so that other load on the machine affects all of them."""
    prompts = [pair.encode_prompt(problem.prompt) for problem in TASK.problems(PROMPTS.get(batch, 256), seed=7)]
    ways = {
        "alone": (alone,),
        "lockstep": (paired, 1),
        "auto": (paired, "auto"),
        "generate": (generated,),
    }
    seconds = {way: [] for way in ways}
    for _ in range(repeats + 1):
        for way, (work, *block) in ways.items():
            seconds[way].append(seconds_a_token(work, pair, prompts, batch, *block))
    for way, (work, *block) in list(ways.items())[1:]:
        for count in calls:
            count.rows = 0
        tokens, selected = work(pair, prompts, batch, *block)
        a, b = (count.rows / tokens for count in calls)
        ratio, to_lockstep = (ratio_of(seconds[way], seconds[other]) for other in ("alone", "lockstep"))
        print(f"{batch:5}  {way:10} {ratio:15.2f} {to_lockstep:15.2f} {a:15.2f} + {b:.2f} {selected / tokens:12.3f}")


def ratio_of(one: list[float], other: list[float]) -> float:
    """The median ratio of runs that follow one another, without the first, which warms up."""
    return statistics.median(a / b for a, b in zip(one[1:], other[1:], strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, nargs="+", default=list(PROMPTS))
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    pair = load_toy_pair("arithmetic")
    calls = [Calls(model) for model in pair.models]
    print("batch  way         x the base alone  x lockstep  calls per token (base + rl)  selected")
    for batch in asked.batches:
        compare(pair, calls, batch, asked.repeats)


if __name__ == "__main__":
    main()
