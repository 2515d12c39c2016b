"""Windows for a single task, which open beside the main one."""
