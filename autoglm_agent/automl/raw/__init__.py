"""Texts and images as they are, judged by the same harness as tables.

The holdout is sealed before anything is fitted, candidates are compared by cross-validation, the
score is corrected for the choice, and the vault is read once. What a candidate is, the packages
`text` and `images` say; here it is only something that is fitted and predicts probabilities.

    inputs    what is read: values, labels, a few plain measures of each
    sealing   the division: equal inputs stay on one side
    choosing  cross-validation of the candidates, and the winner's own training
    judging   the one assessment, the checks, the result
"""
