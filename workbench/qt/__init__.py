"""The seam between the engine and Qt: threads, controller and item models; no widgets."""
