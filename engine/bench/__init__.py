"""Measurements that anyone can repeat: likeness on unseen sitters, and whether styles can be told apart."""
