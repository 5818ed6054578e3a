"""The stage: what the audience and the presenter see, and the cut-off at the deadline."""
