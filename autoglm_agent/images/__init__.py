"""Images: read from folders, tables or arrays, and classified by a model that is checked.

reading      a folder per class, a CSV or Parquet table of paths, an npz file
features     pixels and histograms of gradients, for a linear model
resnet       a compact ResNet-18 for small images
recipes      how it is trained: as in the original article, or faster
training     the loop: resumable, within a budget
architectures  a space of small convolutional networks, and the search in it
disturbed    how much of the accuracy noise, blur and shifts leave
"""
