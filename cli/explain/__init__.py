"""`jembatan explain`: why a round gave this result, in sentences a person can read.

`gather` and `history` read what is known; `persons`, `places`, `reasons`, `standing` and `vacancies` decide
what is to be said, and are pure; `wording` says it in a language, from the catalogues in `locale/`.
"""
