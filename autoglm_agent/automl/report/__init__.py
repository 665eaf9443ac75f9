"""The report of a run: one HTML file that answers first and shows its evidence after.

collect.py    reads the run folder; every file may be absent
numbers.py    how a figure is written, everywhere the same
answer.py     the sentence, the honest score, what a person should do
journey.py    steps, backtracks and where the time went
details.py    tables: verdicts, columns, task, candidates; findings.py: groups, unusual rows
svg.py        axes and marks; plots*.py draw with them
page.py       the template; summary.py the same answer as plain text
"""

from __future__ import annotations

from autoglm_agent.automl.report.page import build_report
from autoglm_agent.automl.report.summary import summary_text

__all__ = ["build_report", "summary_text"]
