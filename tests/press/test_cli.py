"""The `book` command and its profiles."""


def test_an_unknown_profile_is_refused(call, refused):
    assert refused(call("book", "--profile", "huge"), "there is no profile 'huge'")
