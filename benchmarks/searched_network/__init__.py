"""Is an architecture that was searched for by gradient better than the network by default?"""
