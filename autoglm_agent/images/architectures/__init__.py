"""Architectures of small convolutional networks: a space, what its operations do, a search.

space        three places, eight operations: 512 architectures
operations   the operations as torch modules; several networks side by side in one
network      an architecture as a network
"""
