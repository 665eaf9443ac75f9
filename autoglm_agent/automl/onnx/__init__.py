"""A table's model as one ONNX file: raw columns in, labels and probabilities out."""
