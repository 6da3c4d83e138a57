"""Score a file of texts on a Ray cluster: every worker holds the pair, and a part whose worker is lost is made again.

    python book/examples/score_with_ray.py BASE RL texts.jsonl scores.parquet --workers 8 --gpus 1

All machines share the folder of the output. Started again, it goes on with the parts that are missing. The table is
that of `rlvr-direction score`.
"""

import argparse
from pathlib import Path

import ray
from ray.util import ActorPool
from tqdm import tqdm

from rlvr_direction import ModelPair, score_tokens
from rlvr_direction.fingerprints import content_digest, weights_digest
from rlvr_direction.records import Run
from rlvr_direction.scoring import load_texts

TEXTS_PER_PART = 256


@ray.remote(max_restarts=-1, max_task_retries=3)
class Scorer:
    def __init__(self, base: str, rl: str, texts: Path, run: Run) -> None:
        self.pair = ModelPair.from_pretrained(base, rl, device_map="cuda" if ray.get_gpu_ids() else None)
        self.texts, self.run = load_texts(texts), run

    def make(self, index: int) -> None:
        start = index * TEXTS_PER_PART
        table = score_tokens(self.pair, self.texts[start : start + TEXTS_PER_PART], batch_size=32)
        self.run.write(index, table.assign(text_id=table["text_id"] + start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("rl")
    parser.add_argument("texts", type=lambda path: Path(path).resolve())
    parser.add_argument("out", type=lambda path: Path(path).resolve())
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--gpus", type=float, default=0, help="GPUs of a worker")
    asked = parser.parse_args()
    pair = (asked.base, asked.rl)
    read = {"base": weights_digest(asked.base), "rl": weights_digest(asked.rl), "texts": content_digest(asked.texts)}
    run = Run(asked.out, -(-len(load_texts(asked.texts)) // TEXTS_PER_PART), read, resume=True)
    ray.init()
    kind = Scorer.options(num_gpus=asked.gpus)
    workers = ActorPool([kind.remote(*pair, asked.texts, run) for _ in range(asked.workers)])
    missing = run.missing()
    made = workers.map_unordered(lambda worker, index: worker.make.remote(index), missing)
    for _ in tqdm(made, "scoring", total=len(missing), unit="part"):
        pass
    print(run.finish({"base": asked.base, "rl": asked.rl}))


if __name__ == "__main__":
    main()
