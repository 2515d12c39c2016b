"""The modes of the backlog lab, each an object in its own file, by what turns clients away."""
