"""Why a model predicts what it predicts, and what it cannot know."""
