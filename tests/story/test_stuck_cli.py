"""`frontdesk stuck` beside a desk that runs: who, for how long, what to do, and thresholds tried on the past."""

import psycopg
from story_house import House

FILL = """
WITH c AS (
    INSERT INTO clients (name, phone_number)
    SELECT 'Client ' || n, '+1202555900' || n FROM generate_series(1, 3) AS n RETURNING id, phone_number
)
INSERT INTO onboarding_states (client_id, current_state, entered_at, recorded_state, recorded_paid)
SELECT id, state, now() - interval '25 hours', state, false -- as the desk wrote it: a hand-made row would begin anew
FROM c CROSS JOIN LATERAL (
    SELECT CASE right(phone_number, 1) WHEN '1' THEN 'S9_TEST_CALL' ELSE 'S0_WELCOME' END AS state
) AS s;
INSERT INTO onboarding_stays (client_id, state, entered_at, left_at)
SELECT id, 'S0_WELCOME', now() - interval '3 days' + n * interval '1 hour', now() - interval '3 days' + n * interval '65 minutes'
FROM generate_series(1, 14) AS n, (SELECT max(id) AS id FROM clients) AS c;
"""


def test_who_is_stuck_is_told_to_people_and_to_programs(house: House) -> None:
    house.up()
    assert house.run("stuck").stdout.strip() == "Stuck clients: none"
    with psycopg.connect(house.dsn, autocommit=True) as connection:
        connection.execute(FILL.encode())
    said = house.json("stuck")
    assert house.json("status")["stuckClients"]["total"] == said["total"]
    assert "Look: `frontdesk stuck`." in house.run("status").stdout
    assert set(said) == {"timestamp", "total", "byState", "bySeverity", "clients"}
    assert (said["total"], said["bySeverity"]) == (3, {"LOW": 0, "MEDIUM": 0, "HIGH": 3})
    assert {"movesWithin6h", "clientId", "stuckForMinutes", "whoseTurn"} <= set(said["clients"][0])
    assert [one["state"] for one in house.json("stuck", "--terminal")["clients"]] == ["S9_TEST_CALL"]
    assert house.json("stuck", "--severity", "low")["total"] == 0

    shown = house.run("stuck", "--severity", "HIGH")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "The owner has not made the test call (25 h, 24 h is the threshold)." in shown.stdout
    assert "  Do: Call the new number together with the owner (+12025559001)." in shown.stdout
    assert "Terminal: it will never move by itself, a person has to act." in shown.stdout
    assert "HIGH, terminal" in shown.stdout
    assert "the owner's" in shown.stdout
    assert house.run("stuck", "--severity", "BAD").returncode == 2

    (tried,) = house.json("stuck", "backtest", "--state", "S0_WELCOME", "--minutes", "60", "--days", "7")
    assert tried == {"state": "S0_WELCOME", "minutes": 60, "stays": 14, "fired": 3, "moved": 3, "still": 0}
    spoken = house.run("stuck", "backtest", "--state", "S0_WELCOME", "--days", "7").stdout
    assert spoken.startswith(
        "S0_WELCOME: 30 min would have fired 9 times in 7 days, of 14 stays; 9 moved by themselves"
    )
    assert house.run("stuck", "backtest", "--state", "S1").returncode == 2

    done = house.json("cron", "monitor")  # perhaps before the desk's own next pass, perhaps after it
    assert set(done) == {"watched", "troubles", "violations", "failed", "clean", "tookMs"}
    assert (done["watched"]["stuck"], done["failed"], done["clean"]) == (3, [], True)
    assert "3 clients stuck" in house.run("cron", "monitor").stdout
