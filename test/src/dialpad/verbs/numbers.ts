import { again, groupOf, type Company, type Verb } from './verb.ts';

const holdsNumber = async ({ dialpad }: Company, number: string, id: string): Promise<boolean> => (await dialpad.readNumber(number))?.targetId === id;

export const numbers: readonly Verb[] = [
  ...(['user', 'department', 'callcenter', 'office'] as const).map((type): Verb => ({
    verb: 'assignNumber',
    says: `gives a reserved number to a ${type}`,
    write: 'POST /numbers/{number}/assign',
    read: 'GET /numbers/{number}',
    of: (company) => {
      const target = type === 'user' ? { type, id: company.user.id } : groupOf(type, company);
      const { number } = company.pooled;
      return {
        keep: () => company.dialpad.assignNumber({ number, target, primary: false }),
        holds: async () => (await company.dialpad.numbersOfTarget(target)).includes(number) && holdsNumber(company, number, target.id),
      };
    },
  })),
  {
    verb: 'assignNumber',
    says: 'hands a number over',
    write: 'POST /numbers/{number}/assign',
    read: 'GET /numbers/{number}',
    of: (company) => {
      const { dialpad, user, other } = company;
      const [number = ''] = user.phoneNumbers;
      return {
        keep: () => dialpad.assignNumber({ number, target: { type: 'user', id: other.id }, primary: false, from: user.id }),
        holds: async () => (await holdsNumber(company, number, other.id)) && !(await again(company)).phoneNumbers.includes(number),
      };
    },
  },
  ...(['user', 'department'] as const).map((type): Verb => ({
    verb: 'assignNewNumber',
    says: `takes one more number for a ${type}`,
    write: type === 'user' ? 'POST /users/{id}/assign_number' : 'POST /numbers/assign',
    read: type === 'user' ? 'GET /users/{id}' : 'GET /departments/{id}',
    of: async (company) => {
      const { dialpad, user, department } = company;
      const target = { type, id: type === 'user' ? user.id : department };
      const before = await dialpad.numbersOfTarget(target);
      return {
        keep: (repeated) => dialpad.assignNewNumber({ target, areaCode: '628', primary: false, before, repeated }),
        holds: async () => (await dialpad.numbersOfTarget(target)).length === before.length + 1,
      };
    },
  })),
  {
    verb: 'poolNumber',
    says: 'puts a number into the pool',
    write: 'DELETE /numbers/{number}',
    read: 'GET /numbers/{number}',
    of: (company) => {
      const [number = ''] = company.user.phoneNumbers;
      return {
        keep: () => company.dialpad.poolNumber(number, { from: company.user.id }),
        holds: async () => (await company.dialpad.pooledNumbers()).some((each) => each.number === number),
      };
    },
  },
  {
    verb: 'releaseNumber',
    says: 'gives a reserved number up',
    write: 'DELETE /numbers/{number}',
    read: 'GET /numbers/{number}',
    of: ({ dialpad, pooled }) => ({
      keep: () => dialpad.releaseNumber(pooled.number),
      holds: async () => !(await dialpad.numbers()).some((each) => each.number === pooled.number),
    }),
  },
  ...([true, false] as const).map((isNamed): Verb => ({
    verb: 'swapNumber',
    says: `swaps a number for ${isNamed ? 'a reserved one' : 'any'}`,
    write: 'POST /numbers/swap',
    read: 'GET /users/{id}',
    of: (company) => {
      const { dialpad, user, pooled } = company;
      const [old = ''] = user.phoneNumbers;
      const wanted = isNamed ? { number: pooled.number } : 'any';
      return {
        keep: (repeated) => dialpad.swapNumber({ target: { type: 'user', id: user.id }, old, wanted, before: user.phoneNumbers, repeated }),
        holds: async () => {
          const now = (await again(company)).phoneNumbers;
          return now.length === user.phoneNumbers.length && !now.includes(old) && (!isNamed || now.includes(pooled.number));
        },
      };
    },
  })),
];
