"""What the owner does, over the ports alone: take in recordings, run, correct, summarise, export, ask the doctor."""
