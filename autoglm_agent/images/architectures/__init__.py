"""Architectures of small convolutional networks: a space, what its operations do, a search.

space        three places, eight operations: 512 architectures
operations   the operations as torch modules; several networks side by side in one
network      an architecture as a network
probing      what an operation does with random weights
measured     what architectures reached on known tasks: the table that ships
embedding    architectures as vectors, composed of what their operations do
proposing    which one to try next, by distance and by what known tasks say
sampler      that as an Optuna sampler; the engines by name
searching    a network whose architecture is searched for, as a family of the harness
"""
