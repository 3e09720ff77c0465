import type { Company, Verb } from './verb.ts';

const greeting = ({ user }: Company, name: string) => ({ target: { type: 'user', id: user.id }, ivrType: 'VM_UNAVAILABLE', name, file: 'bW9vCg==' });
const greetings = ({ dialpad, user }: Company) => dialpad.customIvrs({ type: 'user', id: user.id });
export const lines: readonly Verb[] = [
  {
    verb: 'repointRouting',
    says: 'points a department at somebody else',
    write: 'PATCH /departments/{id}',
    read: 'GET /departments/{id}',
    of: async ({ dialpad, other }) => {
      const line = (await dialpad.companyLines()).find((each) => each.type === 'department' && each.open.target?.type === 'user');
      const rung = line?.open.target?.id ?? '';
      const reference = (await dialpad.routingReferences(rung)).find((each) => each.where.id === line?.id);
      if (!reference) throw new Error('the seed has a department that rings a user');
      return {
        keep: () => dialpad.repointRouting(reference, { type: 'user', id: other.id }),
        holds: async () => !(await dialpad.routingReferences(rung)).some((each) => each.where.id === line?.id && each.where.path === reference.where.path),
      };
    },
  },
  {
    verb: 'addCustomIvr',
    says: 'records a greeting',
    write: 'POST /customivrs',
    read: 'GET /customivrs',
    of: (company) => ({
      keep: (repeated) => company.dialpad.addCustomIvr({ ...greeting(company, 'gone.mp3'), repeated }),
      holds: async () => (await greetings(company)).filter((each) => each.name === 'gone.mp3' && each.selected).length === 1,
    }),
  },
  {
    verb: 'selectCustomIvr',
    says: 'plays another greeting',
    write: 'PATCH /customivrs/{target_type}/{target_id}/{ivr_type}',
    read: 'GET /customivrs',
    of: async (company) => {
      for (const name of ['first.mp3', 'second.mp3']) await company.dialpad.addCustomIvr(greeting(company, name));
      const first = (await greetings(company)).find((each) => each.name === 'first.mp3');
      return {
        keep: () => company.dialpad.selectCustomIvr(greeting(company, ''), first?.id ?? ''),
        holds: async () => (await greetings(company)).find((each) => each.id === first?.id)?.selected === true,
      };
    },
  },
  {
    verb: 'removeCustomIvr',
    says: 'removes a greeting',
    write: 'DELETE /customivrs/{target_type}/{target_id}/{ivr_type}',
    read: 'GET /customivrs',
    of: async (company) => {
      await company.dialpad.addCustomIvr(greeting(company, 'mine.mp3'));
      const mine = (await greetings(company)).find((each) => each.name === 'mine.mp3');
      return {
        keep: () => company.dialpad.removeCustomIvr(greeting(company, ''), mine?.id ?? ''),
        holds: async () => mine !== undefined && !(await greetings(company)).some((each) => each.id === mine.id),
      };
    },
  },
];
