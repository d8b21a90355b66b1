-- What jobs keep for themselves between runs.
CREATE TABLE job_data (
  space      text NOT NULL,
  key        text NOT NULL,
  value      jsonb NOT NULL,
  amount     numeric(65, 30),
  counter    bigint NOT NULL DEFAULT 0,
  bytes      bytea,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT job_data_pkey PRIMARY KEY (space, key)
);
