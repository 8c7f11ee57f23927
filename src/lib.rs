//! Backfill and catchup of scheduled DAGs.
