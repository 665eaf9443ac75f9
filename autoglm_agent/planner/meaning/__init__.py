"""What an instruction means where its words name no column: a sentence encoder and a judge.

    encoder         sentences and names of 16 languages as vectors
    evidence        what speaks for each column, and what for none
    alternatives    which values a list in the words means
    judge           how likely each column is what is asked for
    verdict         when that decides
    near            the column nearest to a phrase: things to keep together or to leave out

The grammar comes first; only where it has no column, or only a weak one, is the encoder loaded (a
second, 150 MB): what is surely meant is taken, and otherwise the question offers what is likely.
"""
