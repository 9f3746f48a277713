"""The same work in other libraries, each with an environment of its own, from its `requirements.txt`.

What a peer does is what its documentation shows: take a report, validate it, insert its id with
ON CONFLICT DO NOTHING, insert the candidate's row, commit, publish the fact. After a crash it may publish a
fact twice or, if the crash comes after the commit, never; nobody checks rights, counts a subject's facts or
holds their order against a second writer.
"""
