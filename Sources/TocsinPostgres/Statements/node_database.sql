-- Reads what tells this database from others, and what it is called. The numbers of database and table make a copy another
-- one.
--
-- Columns: identity, description.
SELECT i.value || '.' || d.oid || '.' || 'installation'::regclass::oid,
  format('"%s", schema "%s" at %s', d.datname, n.nspname,
    coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'a Unix socket'))
FROM installation i, pg_database d, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.key = 'cluster.id' AND d.datname = current_database() AND c.oid = 'installation'::regclass
