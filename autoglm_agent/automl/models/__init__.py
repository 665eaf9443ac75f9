"""The families of models. Each fits one fold and gives back an object that predicts.

A fitted model holds plain data only (numbers, arrays, the text of a LightGBM booster), so that
it is packed without pickle and predicts the same bits after a round trip.
"""
