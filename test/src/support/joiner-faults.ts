import { AsyncLocalStorage } from 'node:async_hooks';
import { createDialpadActivities } from '@handover/activities-dialpad';
import { defaultPolicy, isSettled, stepOf, type CaseCommand, type OpenCase } from '@handover/case';
import { Cases, Company, Intake, Persons, closeCase, systemBy } from '@handover/case-service';
import { createDialpad } from '@handover/connector-dialpad';
import { rateBudget } from '@handover/connector-kit';
import { startSandbox } from '@handover/dialpad-sandbox';
import { InMemoryEventStore } from '@handover/event-store';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

const quiet = new DefaultLogger('ERROR', () => undefined);

type Activity = (input: object) => Promise<{ readonly again?: boolean }>;

/**
 * Joiners driven the way their workflow drives them (seats, invitation, acceptance, power; a failed activity is tried
 * again, a blocked step by an operator), in a process that dies at any call: with the record in memory, so that hundreds of
 * lives pass in the time of one, against the real sandbox.
 */
export const startJoiners = async () => {
  const sandbox = await startSandbox({ users: 30, seed: 11, switches: { rateLimit: 'off' } });
  const life = new AsyncLocalStorage<{ dead: boolean }>();
  let chance: () => number = () => 1;
  let deadly = 0;

  /** A process that is killed makes no further call, and nobody hears the answer to its last one. */
  const mortal: typeof fetch = async (input, init) => {
    const lived = life.getStore();
    if (lived?.dead) throw new TypeError('the process is dead');
    const dies = lived !== undefined && chance() < deadly;
    if (dies && chance() < 0.5) lived.dead = true; // before the call
    if (lived?.dead) throw new TypeError('the process is dead');
    const answer = await fetch(input, init);
    if (!dies) return answer;
    lived.dead = true;
    throw new TypeError('the process is dead');
  };
  const options = { baseUrl: sandbox.url, apiKey: { reveal: () => 'test' }, budget: rateBudget(5_000), timeoutMs: 120, settle: [5, 10, 20] };
  const control = async <T>(path: string, body?: object, method = 'POST'): Promise<T> =>
    (await (await fetch(`${sandbox.url}${path}`, body ? { method, body: JSON.stringify(body) } : {})).json()) as T;

  const newWorld = () => {
    const store = new InMemoryEventStore();
    const [cases, company, persons] = [new Cases(store), new Company(store), new Persons(store)];
    const now = (): string => new Date().toISOString();
    const none = async (): Promise<readonly string[]> => [];
    const activities = createDialpadActivities({
      dialpad: createDialpad({ ...options, fetch: mortal }),
      store,
      cases,
      persons,
      company,
      policy: defaultPolicy,
      now,
      bodies: { take: async () => [] } as never,
      others: { on: async () => [] } as never,
      lastPersonOf: async () => null,
      withOpenTasks: none,
      awaitingAcceptance: none,
    }) as unknown as Readonly<Record<string, Activity>>;
    const intake = new Intake({
      store,
      now,
      newPersonRef: () => crypto.randomUUID(),
      indexOf: (source, id) => `${source}/${id}`,
      findPerson: async (index) => store.people.get(index) ?? null,
      officeZone: async () => 'UTC',
      defaultZone: 'UTC',
    });
    const load = async (caseId: string): Promise<OpenCase> => {
      const loaded = await cases.load(caseId);
      if (!loaded) throw new Error('there is no such case');
      return loaded.state;
    };
    const command = (caseId: string, asked: CaseCommand) => cases.execute(caseId, asked, { actor: 'operator', channel: 'api', commandId: crypto.randomUUID() });
    /** True when the activity came to an end that its workflow would hear of. */
    const attempt = async (name: string, input: object): Promise<boolean> => {
      const activity = activities[name];
      if (!activity) throw new Error(`no activity ${name}`);
      try {
        await life.run({ dead: false }, () => new MockActivityEnvironment({ attempt: 1 }, { logger: quiet }).run(activity, input));
        return chance() >= deadly; // killed just before it could report
      } catch {
        return false;
      }
    };

    /** Until every step of these phases is kept; tells what an operator had to mend. */
    const drive = async (caseId: string, phases: readonly string[]): Promise<number> => {
      let mended = 0;
      for (let tries = 0; tries < 600; tries += 1) {
        const state = await load(caseId);
        const step = state.steps.find((each) => (phases.includes(each.phase) || each.phase === 'planned') && !isSettled(stepOf(state, each.id).status));
        if (!step && state.plan) return mended;
        const id = step?.id ?? 'preflight';
        const at = stepOf(state, id);
        if (at.status === 'blocked' || at.status === 'contradicted') {
          mended += 1;
          await command(caseId, { type: 'retryStep', free: { step: id, actor: 'operator', reasonCode: 'fixed', reason: null } });
          continue;
        }
        const input = state.plan ? { caseId, step: id, round: at.round } : { caseId };
        const name = state.plan ? (step?.kind ?? '') : 'planJoiner';
        // A process that was taken for dead and is not: the same step runs twice at once.
        const twice = state.plan !== null && !isByAreaCode(state) && chance() < deadly;
        await Promise.all([attempt(name, input), ...(twice ? [attempt(name, input)] : [])]);
      }
      throw new Error(`stuck: ${JSON.stringify((await load(caseId)).stepStates)}`);
    };

    return { store, cases, company, intake, load, command, drive, attempt, close: (caseId: string) => closeCase(store, company, caseId, systemBy('close')) };
  };

  return {
    sandbox,
    /** What nobody disturbs, for looking at the end. */
    dialpad: createDialpad({ ...options, timeoutMs: 5_000 }),
    control,
    newWorld,
    /** How likely a process is to die at each call, by which dice. */
    fate: (dice: () => number, deadliness: number): void => {
      chance = dice;
      deadly = deadliness;
    },
    stop: () => sandbox.stop(),
  };
};

const isByAreaCode = ({ terms }: OpenCase): boolean => terms.kind === 'joiner' && terms.number?.kind === 'area-code';
