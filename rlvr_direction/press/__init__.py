"""The press: what a chapter shows, how chapters are run, and how the site is built from them."""
