import { proxyActivities, sleep } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** The least a durable process of this shape costs: as many activities one after the other, as many timers. */
export async function bare(activities: number, timers: number, timerMs: number): Promise<void> {
  for (let index = 0; index < activities; index += 1) await nothing();
  for (let index = 0; index < timers; index += 1) await sleep(timerMs);
}
