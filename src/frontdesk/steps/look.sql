-- When there is something to do next, in one statement that locks nothing; each part is a probe of an index.
-- lane_at:    when a lane may be claimed: it is ready, backed off, or under a lease that may run out (lease time).
-- message_at: when some number has a slot, a message that is due, and an account that is not shut (business time). The
--             trap: a message that waits for the one before it to be settled is due and cannot go yet.
-- lapse_at:   when the lease on a send runs out (lease time).
-- unknown_at: when an UNKNOWN is to be looked up (business time).
-- replay_at:  when a dead letter is to be put back (business time).
-- follow_up_at: when a step of a sequence is due (business time).
-- name: next_work
SELECT least((SELECT min(ready_at) FROM inbox_lanes WHERE NOT retrying),
             (SELECT min(ready_at) FROM inbox_lanes WHERE retrying)) AS lane_at,
       (SELECT min(greatest(o.available_at, s.next_slot_at, c.open_until,
                            CASE WHEN p.priority >= s.held_for THEN s.held_until END))
        FROM sender_numbers AS s
        LEFT JOIN provider_circuits AS c ON c.account = s.provider
        CROSS JOIN unnest(ARRAY[0, 1, 2, 3]::smallint[]) AS p (priority)
        CROSS JOIN LATERAL (
            SELECT w.available_at FROM outbound_message_log AS w
            WHERE w.status = 'PENDING' AND w.from_address = s.address AND w.priority = p.priority
            ORDER BY w.available_at LIMIT 1
        ) AS o) AS message_at,
       (SELECT min(leased_until) FROM outbound_message_log WHERE status = 'SENDING') AS lapse_at,
       (SELECT min(reconcile_at) FROM outbound_message_log WHERE status = 'UNKNOWN') AS unknown_at,
       (SELECT min(replay_at) FROM dead_letters WHERE replay_at IS NOT NULL) AS replay_at,
       (SELECT min(due_at) FROM sequence_enrolments WHERE ended_at IS NULL) AS follow_up_at;
