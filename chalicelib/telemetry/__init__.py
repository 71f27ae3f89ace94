"""What is logged and measured, under which names, and what is masked."""
