"""Texts: zero-shot classes, inference, entities, vectors, and classifiers trained on examples.

Each tool takes a transformers model (a folder, or a name on the hub) and does without one by
something weaker that says so: every result tells its `method`. Nothing is downloaded unless a name
on the hub is given, and no code of a model is run.

    inference    does a premise entail a hypothesis?
    zero_shot    which of these labels fits, without examples
    entities     names, places, dates
    embeddings   vectors
    classifier   learns from examples: frozen vectors, adapters, or the whole model when asked
    abstaining   from which confidence an answer is worth giving
    typos        how much of the accuracy is left when people mistype
"""
