import { startSandbox, type Sandbox, type SandboxOptions } from '@handover/dialpad-sandbox';

export type Body = Record<string, unknown>;
export interface Answer {
  readonly status: number;
  /** `{}` when there was nothing. */
  readonly body: Body;
}

/** A sandbox with the few words a test needs to talk to it. */
export const play = async (options: SandboxOptions = {}) => {
  const sandbox: Sandbox = await startSandbox({ users: 30, seed: 1, ...options, switches: { rateLimit: 'off', ...options.switches } });

  const send = async (path: string, method: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const answer = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: 'Bearer any', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  };
  const call = (path: string, method = 'GET', body?: object): Promise<Answer> => send(`/api/v2${path}`, method, body);
  const control = (path: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Promise<Answer> => send(`/sandbox${path}`, method, body);
  const items = async (path: string): Promise<Body[]> => ((await call(path)).body['items'] as Body[] | undefined) ?? [];

  return {
    url: sandbox.url,
    port: sandbox.port,
    stop: sandbox.stop,
    call,
    /** A call that is not as described, and meant so: it is left out of what is held against the description. */
    wrong: (path: string, method = 'GET', body?: object): Promise<Answer> => send(`/api/v2${path}`, method, body, { 'x-wrong-on-purpose': '1' }),
    control,
    items,
    /** The answer of a call that must work. */
    ok: async (path: string, method = 'GET', body?: object): Promise<Body> => {
      const answer = await call(path, method, body);
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    reset: (users = 30, seed = 1) => control('/reset', { users, seed }),
    switches: (values: Record<string, string>) => control('/switches', values),
    writes: async (): Promise<string[]> => ((await control('/writes?log=1')).body as unknown as { operation: string }[]).map((each) => each.operation),
    office: async (name: string): Promise<string> => String((await items('/offices')).find((each) => each['name'] === name)?.['id']),
    /** An active user of the office with a number and no admin right. */
    userOf: async (officeName: string, license = 'talk'): Promise<Body> => {
      const [offices, users] = [await items('/offices'), await items('/users?state=active')];
      const officeId = offices.find((each) => each['name'] === officeName)?.['id'];
      const found = users.find((each) => each['office_id'] === officeId && each['license'] === license && !each['is_super_admin'] && !each['is_admin']);
      if (!found) throw new Error(`nobody in ${officeName} has the licence ${license}`);
      return found;
    },
  };
};
export type Played = Awaited<ReturnType<typeof play>>;
