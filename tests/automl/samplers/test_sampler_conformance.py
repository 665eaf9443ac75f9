"""Optuna's own tests for samplers, on ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from optuna.samplers import BaseSampler
from optuna.testing.pytest_samplers import BasicSamplerTestCase, SingleOnlySamplerTestCase

from autoglm_agent.automl.samplers.bayes import GaussianProcessSampler
from autoglm_agent.automl.samplers.semantic import SemanticSampler


class TestSemanticSampler(BasicSamplerTestCase, SingleOnlySamplerTestCase):
    @pytest.fixture
    def sampler(self) -> Callable[[], BaseSampler]:
        return lambda: SemanticSampler(seed=0)


class TestGaussianProcessSampler(BasicSamplerTestCase, SingleOnlySamplerTestCase):
    @pytest.fixture
    def sampler(self) -> Callable[[], BaseSampler]:
        return lambda: GaussianProcessSampler(seed=0)
