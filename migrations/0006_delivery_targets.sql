-- oldest-release: 0.1.0
--
-- Nodes take up deliveries target by target, as many as they can send to each: a target that has not answered for hours,
-- with all that waits for it, is in nobody's way.

CREATE INDEX delivery_queue_target ON delivery_queue (receiver, target, due_at);
DROP INDEX delivery_queue_due;
