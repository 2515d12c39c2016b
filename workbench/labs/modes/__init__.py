"""The modes of the backlog lab, each an object in its own file: who turns clients away."""
