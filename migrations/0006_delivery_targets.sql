-- oldest-release: 0.1.0
--
-- Nodes take up deliveries target by target, as many as they can send to each: a target that has not answered for hours,
-- with all that waits for it, is in nobody's way.

-- First what needs the strongest lock: who asks for it later could wait in a circle with a node that is at work.
DROP INDEX delivery_queue_due;
CREATE INDEX delivery_queue_target ON delivery_queue (receiver, target, due_at);
