//! Calendar arithmetic for customer journeys: zones, gaps and folds, windows, recurrence, cron.
