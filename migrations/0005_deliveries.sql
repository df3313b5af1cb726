-- oldest-release: 0.1.0
--
-- Deliveries: who is told of an alert, and what came of it. What is unfinished waits in one small table, which is all
-- that nodes look at to send; what is final lies in weekly partitions by the id of its alert, like alerts, and hardly
-- changes any more. A row is in one of the two; whoever ends it moves it, replaying it moves it back.
--
-- One row for an alert, a cause and a target: `delivery_id` is made of these.

CREATE TABLE delivery_queue (
  delivery_id uuid PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  alert_id uuid NOT NULL,
  cause text COLLATE "C" NOT NULL,
  -- The cause's place among the deliveries of an alert to a target; 0 and 1 tell that it fired.
  sequence smallint NOT NULL,
  receiver text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  -- pending, sending, retrying.
  state text COLLATE "C" NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- Whether an attempt may have got as far as the other side.
  arrived boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- What its age counts from: when it was made, or replayed.
  patience_from timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When it is tried next, or when the lease ends.
  due_at timestamptz NOT NULL,
  -- Which node holds the lease; NULL unless it is being sent.
  locked_by text COLLATE "C",
  last_error text,
  -- The newest attempts, oldest first: at most 20.
  history jsonb NOT NULL DEFAULT '[]',
  CHECK ((locked_by IS NOT NULL) = (state = 'sending'))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
-- What is due: longest first.
CREATE INDEX delivery_queue_due ON delivery_queue (due_at);
-- One alert, and the list, newest first.
CREATE INDEX delivery_queue_alert ON delivery_queue (tenant, alert_id, delivery_id);

CREATE TABLE deliveries (
  tenant text COLLATE "C" NOT NULL,
  alert_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  cause text COLLATE "C" NOT NULL,
  sequence smallint NOT NULL,
  receiver text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  -- delivered, dead, cancelled.
  state text COLLATE "C" NOT NULL,
  attempts integer NOT NULL,
  arrived boolean NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  last_error text,
  history jsonb NOT NULL,
  PRIMARY KEY (tenant, alert_id, delivery_id)
) PARTITION BY RANGE (alert_id);

-- The primary key serves one alert, and the list, newest first. The list of a receiver:
CREATE INDEX deliveries_receiver ON deliveries (tenant, receiver, alert_id, delivery_id);
-- The lists of what is rare.
CREATE INDEX deliveries_undelivered ON deliveries (tenant, state, alert_id, delivery_id, receiver)
WHERE state <> 'delivered';

-- For ids that no week has been made for. Rows here are moved when their week is made.
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;

-- When a node last said that it knows a receiver.
CREATE TABLE known_receivers (
  receiver text COLLATE "C" PRIMARY KEY,
  seen_at timestamptz NOT NULL
);

-- Targets that want nothing any more.
CREATE TABLE disabled_targets (
  receiver text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  disabled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (receiver, target)
);

DROP FUNCTION tocsin_ensure_partitions(integer, timestamptz);

-- Gives a partition's columns the options of its parent's, which LIKE leaves out.
CREATE FUNCTION tocsin_copy_column_options(parent text, partition text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  option record;
BEGIN
  FOR option IN
    SELECT attname, array_to_string(attoptions, ', ') AS settings FROM pg_attribute
    WHERE attrelid = parent::regclass AND attnum > 0 AND attoptions IS NOT NULL
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET (%s)', partition, option.attname, option.settings);
  END LOOP;
END $$;

-- How many values there may be, not how many there are: where all alerts have one type and severity, the planner would
-- take any pair for as frequent, and look for one that does not occur in the order of the ids, through all alerts.
ALTER TABLE alerts
  ALTER COLUMN alert_type SET (n_distinct = 10, n_distinct_inherited = 10),
  ALTER COLUMN severity SET (n_distinct = 5, n_distinct_inherited = 5);
SELECT tocsin_copy_column_options('alerts', c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'alerts'::regclass;

-- Makes a table's partitions of last week, this week and so many weeks ahead, where they are missing; returns how many.
-- The table is partitioned by `alert_id`, and its default partition is named after it.
-- Nodes call it for each table when they start and every hour, many at once: one does it, the others wait and find
-- nothing to do.
-- Once a week, for the moment of attaching, inserts wait: one that had chosen the default partition before would be
-- refused there afterwards. Reads wait only if they read the default partition. What waits half a second for the
-- table gives up (55P03), since inserts queue behind it, and is called again; waiting for another caller has no such
-- limit, as nobody queues behind that. One table a transaction: who holds the default partitions of two, and waits for
-- the second, could wait in a circle with a statement that reads both.
CREATE FUNCTION tocsin_ensure_partitions(
  parent text, ahead integer, now timestamptz DEFAULT clock_timestamp()
) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  strays text := parent || '_default';
  monday date;
  lower_id uuid;
  upper_id uuid;
  partition text;
  columns text;
  has_strays boolean;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tocsin.partitions'));
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR week IN -1 .. ahead LOOP
    monday := date_trunc('week', now AT TIME ZONE 'UTC')::date + 7 * week;
    partition := parent || '_' || to_char(monday, 'YYYYMMDD');
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = parent::regclass AND c.relname = partition);
    lower_id := tocsin_id_at(monday::timestamp AT TIME ZONE 'UTC');
    upper_id := tocsin_id_at((monday + 7)::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
    PERFORM tocsin_copy_column_options(parent, partition);
    -- Rows that came before their week was made would forbid attaching: from here on nobody adds one, and those
    -- that are there move.
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', parent);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', strays);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE alert_id >= $1 AND alert_id < $2)', strays)
    INTO has_strays USING lower_id, upper_id;
    IF has_strays THEN
      SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
      WHERE attrelid = parent::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
      EXECUTE format('WITH moved AS (DELETE FROM %I WHERE alert_id >= $1 AND alert_id < $2 RETURNING *)
        INSERT INTO %I (%s) SELECT %s FROM moved', strays, partition, columns, columns) USING lower_id, upper_id;
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      parent, partition, lower_id, upper_id);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

SELECT tocsin_ensure_partitions('deliveries', 4);
