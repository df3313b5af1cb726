-- Makes the table of what was applied; runs in the first migration's transaction, before that file.
CREATE TABLE schema_migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  oldest_release text NOT NULL
)
