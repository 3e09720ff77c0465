export interface SeededUser {
  readonly id: string;
  readonly emails: readonly string[];
  readonly first_name: string;
  readonly last_name: string;
  readonly is_super_admin: boolean;
  readonly phone_numbers?: readonly string[];
}

/** Nobody in a coaching team (a task for a person) or alone in a group (blocked on purpose). */
export const plainUsers = async (url: string): Promise<readonly SeededUser[]> => {
  const read = async <T>(path: string): Promise<T> => (await (await fetch(`${url}/api/v2${path}`, { headers: { authorization: 'Bearer bench' } })).json()) as T;
  const users: SeededUser[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: { items: SeededUser[]; cursor?: string } = await read(`/users?state=active${cursor ? `&cursor=${cursor}` : ''}`);
    users.push(...page.items);
    cursor = page.cursor;
  }
  const busy = new Set<string>();
  for (const path of ['/coachingteams', '/callcenters', '/departments', '/offices']) {
    for (const { id } of (await read<{ items: { id: string }[] }>(path)).items) {
      const answer = await read<{ items?: { id: string }[]; users?: { id: string }[] }>(`${path}/${id}/${path === '/coachingteams' ? 'members' : 'operators'}`);
      for (const member of [...(answer.items ?? []), ...(answer.users ?? [])]) busy.add(member.id);
    }
  }

  return users.filter((user) => !user.is_super_admin && (user.phone_numbers ?? []).length > 0 && !busy.has(user.id));
};
