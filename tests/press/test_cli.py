"""The book is asked for by a profile that it knows."""


def test_the_book_needs_a_profile_it_knows(call, refused):
    assert refused(call("book", "--profile", "huge"), "there is no profile 'huge'")
