-- min-code: 1
-- More reach: alerts through Apprise. Older code runs on beside newer.

-- Alerts ------------------------------------------------------------------------------------------------------------------------

ALTER TABLE alert_deliveries DROP CONSTRAINT alert_deliveries_channel_check;

ALTER TABLE alert_deliveries ADD CONSTRAINT alert_deliveries_channel_check
    CHECK (channel IN ('sms', 'slack', 'email', 'webhook', 'apprise'));
