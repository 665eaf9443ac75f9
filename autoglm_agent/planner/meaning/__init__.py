"""What an instruction means where its words name no column: a sentence encoder and a judge.

    encoder     sentences and names of 16 languages as vectors
    evidence    what speaks for each column, and what for none
    judge       how likely each column is what is asked for

The grammar decides; only where it has to ask is the encoder loaded (a second, 150 MB), so that
the question offers what is likely meant.
"""
