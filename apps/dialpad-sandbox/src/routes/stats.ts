import { between, flag, flagIn, id, needed, oneOf, text } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { isTrue, type Request, type Route } from '../http.ts';
import type { StatsJob } from '../model.ts';
import type { World } from '../world.ts';

const WORK_MS = 15_000; // developers.dialpad.com: wait 15 to 20 seconds before asking
const MINUTE_MS = 60_000;
const keptMs = (job: StatsJob): number => (job.isToday ? 30 : 180) * MINUTE_MS; // how long an equal question finds its answer there

const start = ({ body }: Request, world: World): object => {
  if ((body['stat_type'] === 'csat' || body['stat_type'] === 'dispositions') && (body['target_id'] == null || body['export_type'] !== 'records')) {
    throw new ApiError(400, `${body['stat_type']} needs a target and export_type records`);
  }
  const question = JSON.stringify(Object.entries(body).sort(([left], [right]) => left.localeCompare(right)));
  const running = world.store.all<StatsJob>('stats').find((each) => each.question === question && world.nowMs < each.started + keptMs(each));
  if (running) return { request_id: running.id, already_started: true };
  const job: StatsJob = { id: `stats-${world.newId()}`, question, started: world.nowMs, isToday: isTrue(flagIn(body, 'is_today')) };
  world.store.put('stats', job.id, job);

  return { request_id: job.id, already_started: false };
};

const read = ({ params }: Request, world: World): object => {
  const job = world.store.get<StatsJob>('stats', params['id'] ?? '');
  if (!job) throw new ApiError(404, 'stats request not found');
  if (world.nowMs < job.started + WORK_MS) return { status: 'processing' };
  return { status: 'complete', download_url: `https://static.dialpad.example/${job.id}.csv`, file_type: 'csv' };
};

const STATS = ['calls', 'csat', 'dispositions', 'onduty', 'recordings', 'screenshare', 'texts', 'voicemails'];
const TARGETS = ['callcenter', 'coachinggroup', 'coachingteam', 'department', 'office', 'room', 'staffgroup', 'unknown', 'user'];

export const statsRoutes: readonly Route<World>[] = [
  {
    method: 'POST',
    template: '/stats',
    body: {
      export_type: needed(oneOf('records', 'stats')),
      stat_type: needed(oneOf(...STATS)),
      group_by: oneOf('date', 'group', 'user'),
      days_ago_start: between(0, 365),
      days_ago_end: between(0, 365),
      is_today: flag,
      coaching_group: flag,
      coaching_team: flag,
      office_id: id,
      target_id: id,
      target_type: oneOf(...TARGETS),
      timezone: text,
    },
    handle: start,
  },
  { method: 'GET', template: '/stats/{id}', handle: read },
];
