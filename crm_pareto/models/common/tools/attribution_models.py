"""The models of attribution, which the settings offer too."""

# By the ends of the names of their columns.
MODELS = [
    ("first", "First Touch"),
    ("last", "Last Touch"),
    ("linear", "Linear"),
    ("decay", "Time Decay"),
    ("position", "Position Based"),
    ("data", "Data Driven"),
]
