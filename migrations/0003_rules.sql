-- oldest-release: 0.1.0
--
-- Rules, their numbered history, and what an installation does once.

-- The number of the newest change of any rule: one row. Whoever writes a rule locks it first and keeps it until the
-- commit, so a higher number was committed later, and none is left out.
CREATE TABLE rule_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL
);
INSERT INTO rule_version (version) VALUES (0);

-- The rules that there are. `rule` is the stored form: the wire form with incarnation and version.
CREATE TABLE rules (
  tenant text COLLATE "C" NOT NULL,
  rule_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  rule jsonb NOT NULL,
  PRIMARY KEY (tenant, rule_id)
);

-- Every change, deletions too. `before` and `after` are wire forms, NULL where there was or is no rule.
CREATE TABLE rule_changes (
  version bigint PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  rule_id text COLLATE "C" NOT NULL,
  action text NOT NULL CHECK (action IN ('save', 'delete', 'enable', 'disable', 'seed')),
  actor text NOT NULL,
  at timestamptz NOT NULL,
  before jsonb,
  after jsonb
);
CREATE INDEX rule_changes_of_rule ON rule_changes (tenant, rule_id, version);

-- What was done once and must not be done again, by name.
CREATE TABLE installation (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);
