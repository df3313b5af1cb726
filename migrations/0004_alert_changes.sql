-- oldest-release: 0.1.0
--
-- The outbox: acknowledgements and resolutions that are committed and not announced yet. A row is written by the
-- statement that changes the alert, and goes once the change is announced, so the table is all but empty.
CREATE TABLE alert_changes (
  change_id uuid PRIMARY KEY,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The event as it will stand in the event log: UTF-8 without U+0000.
  envelope text NOT NULL
);
CREATE INDEX alert_changes_by_age ON alert_changes (changed_at);
