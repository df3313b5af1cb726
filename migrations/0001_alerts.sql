-- oldest-release: 0.1.0
--
-- Alerts, in weekly partitions by their id. An id is a UUID of version 7: its first 48 bits are the milliseconds
-- at which the alert fired, so the order of ids is the order of time, a partition holds one week, retention drops
-- a partition, and no column for the time is needed.

-- The smallest id of that moment: what fired then or later is not less.
CREATE FUNCTION tocsin_id_at(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN rpad(lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid;

-- The day (UTC) on which the alert of that id fired, in days since 1970-01-01.
CREATE FUNCTION tocsin_day_of(id uuid) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (('x' || encode(substring(uuid_send(id) FROM 1 FOR 6), 'hex'))::bit(48)::bigint / 86400000)::integer;

-- One row an alert. `resolved` says what `resolved_at` says, so that indexes can lead with it.
CREATE TABLE alerts (
  alert_id uuid NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  rule_id text COLLATE "C" NOT NULL,
  rule_incarnation text COLLATE "C" NOT NULL,
  alert_type text COLLATE "C" NOT NULL,
  severity text COLLATE "C" NOT NULL,
  title text NOT NULL,
  message text NOT NULL,
  campaign_id text COLLATE "C" NOT NULL,
  campaign_name text NOT NULL,
  ad_id text COLLATE "C" NOT NULL,
  metric_name text NOT NULL,
  metric_value double precision NOT NULL,
  threshold_value double precision NOT NULL,
  details jsonb NOT NULL,
  notification_status jsonb NOT NULL DEFAULT '{}',
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  resolved_by text,
  resolved boolean NOT NULL GENERATED ALWAYS AS (resolved_at IS NOT NULL) STORED,
  PRIMARY KEY (tenant, alert_id)
) PARTITION BY RANGE (alert_id);

-- Each index ends in the order that is asked for (newest first, an index read backwards), behind what is compared
-- for equality; so a page costs what the page holds, however many alerts there are.
--
-- The primary key serves one alert, and the whole history of a tenant.
-- The list: what is not resolved, which may be few among many.
CREATE INDEX alerts_open ON alerts (tenant, alert_id) WHERE NOT resolved;
-- Everything about one campaign, also whether a cooldown of it runs. What follows the id is compared inside the
-- index, so rows that do not match are not fetched.
CREATE INDEX alerts_campaign ON alerts (tenant, campaign_id, resolved, alert_id, alert_type, severity, ad_id);
-- By type, by severity, or both: a query goes through the few pairs that match and merges their newest ones.
CREATE INDEX alerts_kind ON alerts (tenant, alert_type, severity, resolved, alert_id);

-- For ids that no week has been made for. Rows here are moved when their week is made.
CREATE TABLE alerts_default PARTITION OF alerts DEFAULT;

-- Makes the partitions of last week, this week and so many weeks ahead, where they are missing; returns how many.
-- Nodes call it when they start and every hour, many at once: one does it, the others wait and find nothing to do.
-- Once a week, for the moment of attaching, inserts wait: one that had chosen the default partition before would be
-- refused there afterwards. Reads wait only if they read the default partition. What waits half a second for the
-- table gives up (55P03), since inserts queue behind it, and is called again; waiting for another caller has no such
-- limit, as nobody queues behind that.
CREATE FUNCTION tocsin_ensure_partitions(ahead integer, now timestamptz DEFAULT clock_timestamp()) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  monday date;
  lower_id uuid;
  upper_id uuid;
  partition text;
  columns text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tocsin.partitions'));
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR week IN -1 .. ahead LOOP
    monday := date_trunc('week', now AT TIME ZONE 'UTC')::date + 7 * week;
    partition := 'alerts_' || to_char(monday, 'YYYYMMDD');
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'alerts'::regclass AND c.relname = partition);
    lower_id := tocsin_id_at(monday::timestamp AT TIME ZONE 'UTC');
    upper_id := tocsin_id_at((monday + 7)::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('CREATE TABLE %I (LIKE alerts INCLUDING ALL)', partition);
    -- Rows that fired before their week was made would forbid attaching: from here on nobody adds one, and those
    -- that are there move.
    LOCK TABLE alerts IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE alerts_default IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM alerts_default WHERE alert_id >= lower_id AND alert_id < upper_id) THEN
      SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
      WHERE attrelid = 'alerts'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
      EXECUTE format('WITH moved AS (DELETE FROM alerts_default WHERE alert_id >= $1 AND alert_id < $2 RETURNING *)
        INSERT INTO %I (%s) SELECT %s FROM moved', partition, columns, columns) USING lower_id, upper_id;
    END IF;
    EXECUTE format('ALTER TABLE alerts ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      partition, lower_id, upper_id);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

SELECT tocsin_ensure_partitions(4);
