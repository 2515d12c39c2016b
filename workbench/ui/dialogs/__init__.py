"""Windows that open beside the main one for one task."""
