-- Names are without a schema: they are made in the schema that the search path names first.

-- CreateTable
CREATE TABLE "source" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "source_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "source_id" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "input" JSON NOT NULL,
    "result" JSON,
    "error" JSON,
    "progress" JSON,
    "options" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("source_id","id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "source_id" INTEGER NOT NULL,
    "job_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "executor" TEXT NOT NULL,
    "runner" TEXT NOT NULL,
    "thread" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "cpu_ms" DOUBLE PRECISION,
    "peak_heap_bytes" BIGINT,
    "error" JSON,
    "cancelled_by" TEXT,
    "cancel_reason" TEXT,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("source_id","job_id","number")
);

-- CreateTable
CREATE TABLE "log_line" (
    "source_id" INTEGER NOT NULL,
    "job_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "log_line_pkey" PRIMARY KEY ("source_id","job_id","seq")
);

-- CreateTable
CREATE TABLE "job_count" (
    "id" BIGSERIAL NOT NULL,
    "source_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "change" INTEGER NOT NULL,

    CONSTRAINT "job_count_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "throughput" (
    "id" BIGSERIAL NOT NULL,
    "source_id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "jobs" INTEGER NOT NULL,

    CONSTRAINT "throughput_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "source_name_key" ON "source"("name");

-- CreateIndex
CREATE INDEX "job_source_id_state_created_at_seq_idx" ON "job"("source_id", "state", "created_at", "seq");

-- CreateIndex
CREATE INDEX "job_source_id_type_created_at_seq_idx" ON "job"("source_id", "type", "created_at", "seq");

-- CreateIndex
CREATE INDEX "job_source_id_finished_at_idx" ON "job"("source_id", "finished_at");

-- CreateIndex
CREATE INDEX "job_count_source_id_state_type_idx" ON "job_count"("source_id", "state", "type");

-- CreateIndex
CREATE INDEX "throughput_source_id_at_idx" ON "throughput"("source_id", "at");

-- The counts are kept by triggers, once a statement: exact whoever writes, and at a million jobs a count
-- is a sum over a few rows. Changes are only ever added, so that two runners never wait for each other.
-- With `FROM CURRENT` a function finds the tables of this schema, whatever the caller's search path is.
CREATE FUNCTION "count_inserted_jobs"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO job_count (source_id, state, type, change)
    SELECT source_id, state, type, count(*) FROM new_jobs GROUP BY source_id, state, type;
  INSERT INTO throughput (source_id, at, kind, jobs)
    SELECT source_id, date_bin('15 seconds', created_at, 'epoch'), 'enqueued', count(*)
      FROM new_jobs GROUP BY 1, 2
    UNION ALL
    SELECT source_id, date_bin('15 seconds', finished_at, 'epoch'), state, count(*)
      FROM new_jobs WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;

CREATE FUNCTION "count_updated_jobs"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO job_count (source_id, state, type, change)
    SELECT source_id, state, type, sum(change) FROM (
      SELECT source_id, state, type, 1 AS change FROM new_jobs
      UNION ALL SELECT source_id, state, type, -1 FROM old_jobs
    ) AS changes GROUP BY source_id, state, type HAVING sum(change) <> 0;
  INSERT INTO throughput (source_id, at, kind, jobs)
    SELECT source_id, date_bin('15 seconds', n.finished_at, 'epoch'), n.state, count(*)
      FROM new_jobs n JOIN old_jobs o USING (source_id, id)
      WHERE n.finished_at IS NOT NULL AND o.finished_at IS NULL GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;

CREATE FUNCTION "count_deleted_jobs"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO job_count (source_id, state, type, change)
    SELECT source_id, state, type, -count(*) FROM old_jobs GROUP BY source_id, state, type;
  RETURN NULL;
END $$;

CREATE TRIGGER "count_inserted_jobs" AFTER INSERT ON "job" REFERENCING NEW TABLE AS new_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION "count_inserted_jobs"();

CREATE TRIGGER "count_updated_jobs" AFTER UPDATE ON "job" REFERENCING OLD TABLE AS old_jobs NEW TABLE AS new_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION "count_updated_jobs"();

CREATE TRIGGER "count_deleted_jobs" AFTER DELETE ON "job" REFERENCING OLD TABLE AS old_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION "count_deleted_jobs"();
