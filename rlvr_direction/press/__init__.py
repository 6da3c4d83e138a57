"""The press: what a chapter shows, how it is run and judged, and the site made of it."""
