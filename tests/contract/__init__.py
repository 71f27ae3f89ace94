"""Contracts: every twin and every stand-in keeps the rules of what it stands for."""
