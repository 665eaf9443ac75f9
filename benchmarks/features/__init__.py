"""What semantic features bring, and how many useless ones pass the gate."""
