"""The peer of `heard bench read`: VADER in Python (pip install vaderSentiment), one task only. A line in, a line out."""

import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

analyzer = SentimentIntensityAnalyzer()
for line in sys.stdin:
    sys.stdout.write(f"{analyzer.polarity_scores(line.rstrip())['compound']}\n")
