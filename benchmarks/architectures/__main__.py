"""`python -m benchmarks.architectures`: engines that search for architectures, compared.

    python -m benchmarks.architectures.measure --device cuda --out rows.csv
    python -m benchmarks.architectures table rows.csv
    python -m benchmarks.architectures compare --seeds 20

`measure` trains, see there; `table` makes the file that ships with the package of its rows; and
`compare` looks accuracies up in that file. The semantic engine knows every task but the one at
hand. What an engine is told is the accuracy on as many other test images, drawn for each seed from
the binomial distribution; what it is judged by is the accuracy in the table. A repeated proposal
costs nothing and does not count. Regret is 0 at the best architecture of a task, 1 at the median.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.architectures.comparing import compare
from benchmarks.architectures.rows import ROWS, write_table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked = parser.add_subparsers(dest="what", required=True)
    table = asked.add_parser("table", help="make the shipped file of measured rows")
    table.add_argument("rows", type=Path, nargs="?", default=ROWS)
    compared = asked.add_parser("compare", help="engines at equal numbers and at equal cost")
    compared.add_argument("--seeds", type=int, default=20)
    compared.add_argument("--trials", type=int, default=40)
    compared.add_argument("--engines", nargs="+", help="names or parts of them; all by default")
    compared.add_argument("--tasks", nargs="+", help="all by default")
    given = parser.parse_args()
    if given.what == "table":
        write_table(given.rows)
    else:
        compare(given.seeds, given.trials, given.engines, given.tasks)


if __name__ == "__main__":
    main()
