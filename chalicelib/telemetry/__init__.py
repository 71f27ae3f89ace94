"""What is logged and measured, under which names, and what of it is masked."""
