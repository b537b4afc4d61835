"""Checkpoints, inclusion proofs, verification, the access log, the auditor's samples."""
