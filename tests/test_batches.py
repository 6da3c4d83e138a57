import torch

from rlvr_direction.batches import forward, pad, positions


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
