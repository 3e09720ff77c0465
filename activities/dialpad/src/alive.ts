import { Context } from '@temporalio/activity';

/** Well within the heartbeat time-out of the workflows. Short activities end before the first beat, so it costs them nothing. */
const BEAT_MS = 4_000;

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/** Lets Temporal notice a killed worker in seconds: each activity says now and then that it is still there. */
export const alive = <T extends object>(activities: T): T =>
  Object.fromEntries(
    Object.entries(activities as unknown as Activities).map(([name, activity]) => [
      name,
      async (...args: never[]): Promise<unknown> => {
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), BEAT_MS);
        try {
          return await activity(...args);
        } finally {
          clearInterval(beat);
        }
      },
    ]),
  ) as T;
