import type { Local } from '../instance.ts';

/** The few things the demo asks of a running instance, over the same HTTP that everybody uses. */
export const companyOf = (local: Local) => {
  const sandbox = async <T>(path: string, method = 'GET', body?: object): Promise<T> => {
    const answer = await fetch(`${local.sandbox}${path}`, {
      method,
      headers: { authorization: 'Bearer demo', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    // The worker may be using all that Dialpad allows in a second.
    if (answer.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return sandbox<T>(path, method, body);
    }
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${method} ${path}`);
    return (await answer.json()) as T;
  };
  const api = async <T>(key: keyof Local['apiKeys'], path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${local.api}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${local.apiKeys[key]}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`the API answered ${answer.status} to ${path}: ${((await answer.json()) as { detail?: string }).detail ?? ''}`);
    return (await answer.json()) as T;
  };

  return { sandbox, api };
};

export type Company = ReturnType<typeof companyOf>;

export interface DialpadUser {
  readonly id: string;
  readonly emails: readonly string[];
  readonly first_name: string;
  readonly last_name: string;
  readonly state: string;
  readonly is_super_admin: boolean;
  readonly phone_numbers?: readonly string[];
  readonly group_details?: readonly { readonly group_type: string }[];
}

interface Line {
  readonly name: string;
  readonly routing_options: {
    readonly open: { readonly action_target_id?: string; readonly dtmf?: readonly { readonly options: { readonly action_target_id?: string } }[] };
  };
}

/** Somebody whose leaving shows something: a number, groups, and a menu key that rings at them. */
export const someoneWhoLeaves = async ({ sandbox }: Company, officeName: string): Promise<DialpadUser> => {
  const offices = await sandbox<{ items: { id: string; name: string }[] }>('/api/v2/offices');
  const officeId = offices.items.find((office) => office.name === officeName)?.id;
  const lines = await sandbox<{ items: Line[] }>(`/api/v2/offices/${officeId}/departments`);
  const rungAt = lines.items.flatMap((line) => [
    line.routing_options.open.action_target_id,
    ...(line.routing_options.open.dtmf ?? []).map((key) => key.options.action_target_id),
  ]);
  const teams = await sandbox<{ items: { id: string }[] }>('/api/v2/coachingteams');
  const coached = (await Promise.all(teams.items.map((team) => sandbox<{ items?: { id: string }[] }>(`/api/v2/coachingteams/${team.id}/members`))))
    .flatMap((team) => team.items ?? [])
    .map((member) => member.id);

  for (const id of rungAt) {
    if (id === undefined || coached.includes(id)) continue;
    const user = await sandbox<DialpadUser>(`/api/v2/users/${id}`);
    if (user.state === 'active' && !user.is_super_admin && (user.phone_numbers ?? []).length > 0) return user;
  }
  throw new Error('the seeded company has nobody who could leave');
};
