import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { choices, defaultSwitches, withSwitches } from './switches.ts';

const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| `\w+` \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the switches', () => {
  it('are all in the README, with their default, the other values and a reason', () => {
    for (const [name, values] of Object.entries(choices)) {
      const [, , byDefault = '', others = '', why = ''] = rows.find((cells) => cells[1] === `\`${name}\``) ?? [];
      expect([name, byDefault]).toEqual([name, `\`${values[0]}\``]);
      for (const value of values.slice(1)) expect([name, others]).toEqual([name, expect.stringContaining(`\`${value}\``)]);
      expect(why.length).toBeGreaterThan(20);
    }
    expect(rows).toHaveLength(Object.keys(defaultSwitches).length);
  });

  it('take their own values only, and say which', () => {
    expect(withSwitches(defaultSwitches, { createState: 'active' }).createState).toBe('active');
    expect(() => withSwitches(defaultSwitches, { createState: 'gone' })).toThrow('createState is one of pending, active');
    expect(() => withSwitches(defaultSwitches, { colour: 'red' })).toThrow('there is no switch colour');
  });
});
