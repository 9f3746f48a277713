"""Who gets which vacancy: candidate-proposing deferred acceptance under a tree of caps.

The idea in one paragraph. Each candidate asks for the first vacancy on their list. While every cap above
that vacancy has room, the seat is held, not yet given. When one is full, the pair that stands last inside
that cap gives way, and its candidate asks for their next vacancy. Since a seat is only held until
somebody who stands before takes it, nobody loses by naming their true first choice first. It ends when
everyone holds a seat or has nothing left to ask for.

What is new against Gale & Shapley (1962) is where a newcomer competes: inside the *lowest* full node on the
vacancy's path to the root. A swap inside that node leaves it and all above it as full as they were, and
all below it on the path had room. That is the greedy choice on a laminar matroid, so the match is
stable, the best for every candidate among all stable ones, and strategy-proof for candidates and groups
of them within one round: Kamada & Kojima, "Efficient matching under distributional constraints: theory and
applications", AER 105 (2015), and "Stability and strategy-proofness for matching with constraints: a
necessary and sufficient condition", TE 13 (2018), which shows that a hierarchy of caps is exactly what
allows this; Kojima, Tamura & Yokoo, JET 176 (2018), for the matroid.

What is not promised: that a candidate may move below one cap by giving up their own seat there, when their
scores differ between its vacancies; that a higher *inner* cap hurts nobody; and truthfulness of employers
or across rounds.
"""

from services.matching.mechanism.matching import MECHANISM, match

__all__ = ["MECHANISM", "match"]
