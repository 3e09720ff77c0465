import { Temporal } from 'temporal-polyfill';

/**
 * The first instant of the day after the last working day, in the person's zone: 2026-02-27 in Berlin ends at
 * 2026-02-27T23:00:00Z. Where that midnight does not exist (Cairo, Beirut, Havana change the clock then) it is the first
 * instant that does.
 */
export const endOfDay = (plainDate: string, zone: string): string => instantText(Temporal.PlainDate.from(plainDate).add({ days: 1 }).toZonedDateTime(zone));

/** The first instant of a day in a zone. */
export const startOfDay = (plainDate: string, zone: string): string => instantText(Temporal.PlainDate.from(plainDate).toZonedDateTime(zone));

const instantText = (at: Temporal.ZonedDateTime): string => new Date(at.epochMilliseconds).toISOString();
