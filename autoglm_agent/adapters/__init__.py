"""Many tasks on one backbone: small trained parts that are put on and off within microseconds.

A backbone is loaded once and never changed. What a task adds to it is an *adapter*: a few percent
of its parameters, kept as safetensors, loaded when it is asked for. A batch may hold rows of
several tasks; the backbone is run once and each row passes through its own adapter.

    sites       where in a backbone an adapter acts
    blocks      what acts there: a bottleneck (Houlsby et al. 2019) or a low-rank update (LoRA)
    host        the backbone with its hooks; swaps adapters, also row by row
    backbones   texts or images in, one vector a row out
    training    adapters, linear heads and, only when asked for, the whole backbone
    registry    adapters on disk and in memory
    multitask   requests of several tasks in one pass; the router chooses where no task is named

Needs the extra `transformers` (which brings torch).
"""
