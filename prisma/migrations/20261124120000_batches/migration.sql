-- A batch of the history's writer in one call: one round trip, and plans that do not depend on how full the
-- tables were when the connection was new. Before, a join planned on an empty table read the whole of it for
-- each batch later on.
--
-- Each argument is a JSON array of rows, or null. `whole` has everything a job needs to be inserted, `partial`
-- changes a job that is there; "jobs" is the number of rows in `whole`. An attempt or line with "check" is kept
-- only if its job is there. Calling it twice with the same does no harm.
CREATE FUNCTION "save_batch"("source" integer, "jobs" integer, "whole" json, "partial" json, "attempts" json, "lines" json)
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT
-- Rows are looked up one by one by the primary key.
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  written integer;
BEGIN
  -- What is left out stays, except that a job which is run again loses its old end, and only a completed job
  -- has a result. A finished job always has a time: search and retention go by it.
  WHILE whole IS NOT NULL LOOP
    INSERT INTO job AS o (source_id, id, type, state, input, result, error, progress, options,
        created_at, started_at, finished_at)
      SELECT source, n.id, n.type, n.state, coalesce(n.input, 'null'),
        CASE WHEN n."hasResult" THEN coalesce(n.result, 'null') END, n.error, n.progress, n.options,
        n."createdAt", n."startedAt",
        CASE WHEN n.state IN ('completed', 'failed', 'cancelled') THEN coalesce(n."finishedAt", now()) END
      FROM json_to_recordset(whole) AS n(id text, type text, state text, input json, result json,
        "hasResult" boolean, error json, progress json, options json, "createdAt" timestamptz,
        "startedAt" timestamptz, "finishedAt" timestamptz)
      ON CONFLICT (source_id, id) DO UPDATE SET type = excluded.type, state = excluded.state,
        input = excluded.input, options = excluded.options,
        result = CASE WHEN excluded.state <> 'completed' THEN NULL
          WHEN o.state = 'completed' THEN coalesce(excluded.result, o.result) ELSE excluded.result END,
        error = CASE WHEN excluded.state = 'completed' OR excluded.finished_at IS NULL AND o.finished_at IS NOT NULL
          THEN excluded.error ELSE coalesce(excluded.error, o.error) END,
        progress = CASE WHEN excluded.finished_at IS NULL AND o.finished_at IS NOT NULL
          THEN excluded.progress ELSE coalesce(excluded.progress, o.progress) END,
        started_at = CASE WHEN excluded.finished_at IS NULL AND o.finished_at IS NOT NULL
          THEN excluded.started_at ELSE coalesce(excluded.started_at, o.started_at) END,
        finished_at = excluded.finished_at
      WHERE o.created_at = excluded.created_at;
    GET DIAGNOSTICS written = ROW_COUNT;
    EXIT WHEN written >= jobs;
    -- Another createdAt than before: the queue was emptied, and the id means another job now, which replaces
    -- the old one with its attempts and lines. EXECUTE, because this is rare and must be planned anew.
    EXECUTE 'WITH gone AS (
        DELETE FROM job o USING json_to_recordset($2) AS n(id text, "createdAt" timestamptz)
        WHERE o.source_id = $1 AND o.id = n.id AND o.created_at <> n."createdAt" RETURNING o.id),
      attempts AS (DELETE FROM attempt a USING gone WHERE a.source_id = $1 AND a.job_id = gone.id)
      DELETE FROM log_line l USING gone WHERE l.source_id = $1 AND l.job_id = gone.id' USING source, whole;
  END LOOP;

  IF partial IS NOT NULL THEN
    EXECUTE $sql$UPDATE job AS o SET type = coalesce(n.type, o.type), state = coalesce(n.state, o.state),
        input = coalesce(n.given_input, o.input), options = coalesce(n.options, o.options),
        result = CASE WHEN n.state IS NULL THEN coalesce(n.given_result, o.result)
          WHEN n.state <> 'completed' THEN NULL
          WHEN o.state = 'completed' THEN coalesce(n.given_result, o.result) ELSE n.given_result END,
        error = CASE WHEN n.state = 'completed' OR NOT n.ends AND o.finished_at IS NOT NULL
          THEN n.error ELSE coalesce(n.error, o.error) END,
        progress = CASE WHEN NOT n.ends AND o.finished_at IS NOT NULL
          THEN n.progress ELSE coalesce(n.progress, o.progress) END,
        started_at = CASE WHEN NOT n.ends AND o.finished_at IS NOT NULL
          THEN n."startedAt" ELSE coalesce(n."startedAt", o.started_at) END,
        finished_at = CASE WHEN n.state IS NULL THEN coalesce(n."finishedAt", o.finished_at)
          WHEN n.ends THEN coalesce(n."finishedAt", o.finished_at, now()) END
      FROM (SELECT r.*, r.state IN ('completed', 'failed', 'cancelled') AS ends,
          CASE WHEN r."hasInput" THEN coalesce(r.input, 'null') END AS given_input,
          CASE WHEN r."hasResult" THEN coalesce(r.result, 'null') END AS given_result
        FROM json_to_recordset($2) AS r(id text, type text, state text, input json, "hasInput" boolean, result json,
          "hasResult" boolean, error json, progress json, options json, "startedAt" timestamptz,
          "finishedAt" timestamptz)) AS n
      WHERE o.source_id = $1 AND o.id = n.id$sql$ USING source, partial;
  END IF;

  IF attempts IS NOT NULL THEN
    INSERT INTO attempt AS o (source_id, job_id, number, executor, runner, thread, started_at, finished_at,
        outcome, cpu_ms, peak_heap_bytes, error, cancelled_by, cancel_reason)
      SELECT source, n."jobId", n.number, n.executor, n.runner, n.thread, n."startedAt", n."finishedAt",
        n.outcome, n."cpuMs", n."peakHeapBytes", n.error, n."cancelledBy", n."cancelReason"
      FROM json_to_recordset(attempts) AS n("jobId" text, "check" boolean, number int, executor text, runner text,
        thread text, "startedAt" timestamptz, "finishedAt" timestamptz, outcome text, "cpuMs" float8,
        "peakHeapBytes" bigint, error json, "cancelledBy" text, "cancelReason" text)
      WHERE n."check" IS NULL OR (SELECT true FROM job WHERE source_id = source AND id = n."jobId" LIMIT 1)
      ON CONFLICT (source_id, job_id, number) DO UPDATE SET executor = excluded.executor, runner = excluded.runner,
        thread = excluded.thread, started_at = excluded.started_at, finished_at = excluded.finished_at,
        outcome = excluded.outcome, cpu_ms = excluded.cpu_ms, peak_heap_bytes = excluded.peak_heap_bytes,
        error = excluded.error, cancelled_by = coalesce(excluded.cancelled_by, o.cancelled_by),
        cancel_reason = coalesce(excluded.cancel_reason, o.cancel_reason);
  END IF;

  -- A line that is there already was written by a batch whose acknowledgement got lost.
  IF lines IS NOT NULL THEN
    INSERT INTO log_line (source_id, job_id, seq, at, level, attempt, text)
      SELECT source, n."jobId", n.seq, n.at, n.level, n.attempt, n.text
      FROM json_to_recordset(lines) AS n("jobId" text, "check" boolean, seq int, at timestamptz, level text,
        attempt int, text text)
      WHERE n."check" IS NULL OR (SELECT true FROM job WHERE source_id = source AND id = n."jobId" LIMIT 1)
      ON CONFLICT DO NOTHING;
  END IF;
END $$;

-- The counts: as before, but an upsert, which calls both triggers, pays for one only, and old and new rows are
-- joined only where a job had ended before.
CREATE OR REPLACE FUNCTION "count_inserted_jobs"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO job_count (source_id, state, type, change)
    SELECT source_id, state, type, count(*) FROM new_jobs GROUP BY source_id, state, type;
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO throughput (source_id, at, kind, jobs)
    SELECT source_id, date_bin('15 seconds', created_at, 'epoch'), 'enqueued', count(*)
      FROM new_jobs GROUP BY 1, 2
    UNION ALL
    SELECT source_id, date_bin('15 seconds', finished_at, 'epoch'), state, count(*)
      FROM new_jobs WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "count_updated_jobs"() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT SET enable_hashjoin = on AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM new_jobs) THEN RETURN NULL; END IF;
  INSERT INTO job_count (source_id, state, type, change)
    SELECT source_id, state, type, sum(change) FROM (
      SELECT source_id, state, type, 1 AS change FROM new_jobs
      UNION ALL SELECT source_id, state, type, -1 FROM old_jobs
    ) AS changes GROUP BY source_id, state, type HAVING sum(change) <> 0;
  IF EXISTS (SELECT FROM old_jobs WHERE finished_at IS NOT NULL) THEN
    INSERT INTO throughput (source_id, at, kind, jobs)
      SELECT source_id, date_bin('15 seconds', n.finished_at, 'epoch'), n.state, count(*)
        FROM new_jobs n JOIN old_jobs o USING (source_id, id)
        WHERE n.finished_at IS NOT NULL AND o.finished_at IS NULL GROUP BY 1, 2, 3;
  ELSE
    INSERT INTO throughput (source_id, at, kind, jobs)
      SELECT source_id, date_bin('15 seconds', finished_at, 'epoch'), state, count(*)
        FROM new_jobs WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3;
  END IF;
  RETURN NULL;
END $$;
