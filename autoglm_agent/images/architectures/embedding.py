"""Architectures as vectors, composed of what their operations were measured to do.

An operation has two descriptions, and neither is written by hand. *Probed*: its properties and its
alignment with the others, with random weights (`probing`). *Effects*: by how much an architecture
was better or worse for having it, at that place, on each of the known tasks. The vector of an
architecture is that of its operations, place after place; nearness is nearness of what is done.
"""

from __future__ import annotations

import numpy as np

from autoglm_agent.images.architectures.space import OPERATIONS, PLACES

PROBED, EFFECTS = 4, 4
"""Principal components that are kept of an operation's probes, and of its effects at a place."""


def one_hot(codes: np.ndarray) -> np.ndarray:
    """Return vectors in which every operation is as far from every other.

    Args:
        codes: Shape (architectures, places).
    """
    return np.asarray(np.eye(len(OPERATIONS))[codes].reshape(len(codes), -1))


def probed(codes: np.ndarray, properties: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Return vectors of what the operations do with random weights.

    Args:
        codes: Shape (architectures, places).
        properties: Shape (operations, figures).
        alike: Shape (operations, operations).
    """
    parts = [_standard(properties), _standard(alike)]
    weighed = [part / np.sqrt(part.shape[1]) for part in parts]
    operations = components(np.concatenate(weighed, axis=1), PROBED)
    return np.asarray(operations[codes].reshape(len(codes), -1))


def effects(codes: np.ndarray, relative: np.ndarray) -> np.ndarray:
    """Return what each operation at each place adds on each task.

    Args:
        codes: Shape (architectures, places).
        relative: Standings of the architectures, shape (architectures, tasks).

    Returns:
        Mean standing of the architectures that have it, less the mean of all, shape (places,
        operations, tasks); 0 for an operation that is at no place.
    """
    found = np.zeros((PLACES, len(OPERATIONS), relative.shape[1]))
    mean = relative.mean(axis=0)
    for place in range(PLACES):
        for code in range(len(OPERATIONS)):
            having = codes[:, place] == code
            if having.any():
                found[place, code] = relative[having].mean(axis=0) - mean
    return found


def by_effects(
    codes: np.ndarray, known: np.ndarray, relative: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return vectors of what the operations bring on known tasks.

    Args:
        codes: Of the architectures to embed, shape (architectures, places).
        known: Of those that were measured.
        relative: Their standings, shape (measured, tasks).
        weights: Of the tasks.
    """
    found = effects(known, relative) * np.sqrt(weights)
    places = [components(found[p], EFFECTS)[codes[:, p]] for p in range(PLACES)]
    return np.concatenate(places, axis=1)


def components(rows: np.ndarray, width: int) -> np.ndarray:
    """Return the first principal components of rows, unscaled."""
    left, sizes, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, :width] * sizes[:width])


def _standard(columns: np.ndarray) -> np.ndarray:
    centred = columns - columns.mean(axis=0)
    return np.asarray(centred / np.maximum(columns.std(axis=0), 1e-9))
