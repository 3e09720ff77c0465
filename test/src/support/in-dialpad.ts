import type { Dialpad, DialpadUser, Office } from '@handover/connector-dialpad';

export interface Looking {
  readonly sandboxUrl: string;
  readonly dialpad: Dialpad;
  readonly control: <T>(path: string, body?: object) => Promise<T>;
  readonly userIdOf: (caseId: string) => Promise<string | null>;
}

/** What Dialpad has, what was written to it, and what people do there. */
export const inDialpad = async ({ sandboxUrl, dialpad, control, userIdOf }: Looking) => {
  const offices = await dialpad.offices();
  const user = (id: string): Promise<DialpadUser | null> => dialpad.readUser(id);
  /** Whom the case is about, once it knows. */
  const userOf = async (caseId: string): Promise<DialpadUser | null> => {
    const id = await userIdOf(caseId);
    return id === null ? null : user(id);
  };
  const writes = (): Promise<readonly { operation: string; userId: string | null }[]> => control('/sandbox/writes?log=1');

  return {
    office: (name: string): Office => {
      const found = offices.find((each) => each.name === name);
      if (!found) throw new Error(`the seeded company has no office ${name}`);
      return found;
    },
    user,
    userOf,
    /** As Dialpad shows them now. */
    reread: async ({ id }: DialpadUser): Promise<DialpadUser> => {
      const found = await user(id);
      if (!found) throw new Error('the user is gone');
      return found;
    },
    writes,
    writesOf: async (userId: string): Promise<readonly string[]> => (await writes()).filter((each) => each.userId === userId).map((each) => each.operation),
    countOf: async (operation: string): Promise<number> => (await writes()).filter((each) => each.operation === operation).length,
    /** As the invited person does. */
    accept: async (caseId: string): Promise<void> => control(`/sandbox/users/${(await userOf(caseId))?.id}/accept`, {}),
    withoutFaults: async (): Promise<void> => void (await fetch(`${sandboxUrl}/sandbox/faults`, { method: 'DELETE' })),
  };
};
