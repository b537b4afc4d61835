"""What every step has at hand: who acts, the rules in force, what was typed, the transaction of a step, the ports."""
