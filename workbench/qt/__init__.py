"""The seam between engine and Qt: controller, threads, presenters, item models. No widgets."""
