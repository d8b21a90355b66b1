-- The state is part of the index by type, so that the newest of a type in a state are found at once, also where
-- most jobs of the type are in another.
CREATE INDEX "job_source_id_type_state_created_at_seq_idx" ON "job"("source_id", "type", "state", "created_at", "seq");
DROP INDEX "job_source_id_type_created_at_seq_idx";
