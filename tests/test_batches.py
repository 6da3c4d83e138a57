import pytest
import torch

from rlvr_direction.batches import forward, in_memory, pad, positions


def test_padding_fills_either_side():
    ids, mask = pad([[1, 2, 3], [4]], pad_id=9)
    assert ids.tolist() == [[1, 2, 3], [4, 9, 9]] and mask.tolist() == [[True] * 3, [True, False, False]]
    ids, mask = pad([[1, 2, 3], [4]], pad_id=9, left=True)
    assert ids.tolist() == [[1, 2, 3], [9, 9, 4]] and mask.tolist() == [[True] * 3, [False, False, True]]


def test_positions_count_the_tokens_of_each_text():
    assert positions(torch.tensor([[False, False, True, True], [True, True, True, False]])).tolist() == [
        [0, 0, 0, 1],
        [0, 1, 2, 2],
    ]


def test_a_forward_reads_each_text_as_if_it_stood_alone(random_model):
    model, texts = random_model("gpt2"), [[5, 6, 7, 8], [9, 4]]
    with torch.inference_mode():
        for left in (False, True):
            ids, mask = pad(texts, pad_id=3, left=left)
            for row, seen, text in zip(forward(model, ids, mask).logits, mask, texts, strict=True):
                torch.testing.assert_close(row[seen], model(torch.tensor([text])).logits[0], atol=1e-5, rtol=0)


class Memory:
    """Work that needs memory for every row, of which there is enough for so many at once."""

    def __init__(self, room, error=None):
        self.room, self.sizes = room, []
        self.error = error or torch.OutOfMemoryError("CUDA out of memory")

    def __call__(self, rows):
        self.sizes.append(len(rows))
        if len(rows) > self.room:
            raise self.error
        return [row * row for row in rows]


def test_where_memory_runs_out_half_as_many_rows_are_read_from_then_on(caplog):
    memory = Memory(room=3)
    done = [square for some in in_memory(memory, range(20), 12) for square in some]
    assert done == [row * row for row in range(20)]
    assert memory.sizes == [12, 6, 3, 3, 3, 3, 3, 3, 2]
    assert caplog.messages[-1] == "out of memory: going on with 3 texts at a time"


def test_the_last_rows_are_halved_by_their_own_number():
    memory = Memory(room=1)
    assert list(in_memory(memory, [5, 6, 7], 100)) == [[25], [36], [49]]
    assert memory.sizes == [3, 2, 1, 1, 1]


def test_memory_of_a_processor_counts_too():
    refusal = RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory")
    assert list(in_memory(Memory(1, refusal), [1, 2], 2)) == [[1], [4]]


def test_a_row_that_does_not_fit_alone_and_every_other_error_are_raised():
    with pytest.raises(torch.OutOfMemoryError):
        list(in_memory(Memory(0), [1, 2], 2))
    with pytest.raises(RuntimeError, match="shapes"):
        list(in_memory(Memory(0, RuntimeError("shapes do not fit")), [1, 2], 2))
