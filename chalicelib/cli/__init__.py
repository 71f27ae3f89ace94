"""The command line for the person on call; packaged with the functions, imported by none of them."""
