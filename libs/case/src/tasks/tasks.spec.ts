import { describe, expect, it } from '@jest/globals';
import { consoleTask, sayTask, taskNames } from './catalogue.ts';
import { taskOf } from './task-of.ts';

describe('the catalogue of console tasks', () => {
  it.each(taskNames)('says of %s where to click, what is true afterwards, and where that is described', (name) => {
    const task = consoleTask(name);
    expect(task?.steps.length).toBeGreaterThan(0);
    expect(task?.steps[0]).toMatch(/Dialpad|Users/);
    for (const words of [task?.title, task?.truth, task?.source]) expect(words).toMatch(/\w+ \w+/);
  });

  it('never reads a proxy login back: who proxies acts as somebody else', () => {
    expect(consoleTask('proxy-login')?.readBack).toBeNull();
  });

  it('has no task of a name it does not know, nor of one that every object knows', () => {
    expect(consoleTask('toString')).toBeNull();
    expect(taskOf({ kind: 'taskByHand', target: { task: 'dance' } })).toBeNull();
    expect(taskOf({ kind: 'moveNumber', target: { task: 'leave-group' } })).toBeNull();
  });

  it('says in one paragraph how a task ends: by itself where Dialpad shows it, by evidence where it does not', () => {
    const say = (name: string): string => sayTask(consoleTask(name) as NonNullable<ReturnType<typeof consoleTask>>);
    expect(say('restore-user')).toMatch(/1\. .*Deleted Users; 2\. .*Restore; within 72 hours\. The step closes by itself/);
    expect(say('retention-policy')).toContain('mark the step as done by hand, with evidence');
  });

  it('knows the step that restores a user as a task too', () => {
    expect(taskOf({ kind: 'restoreUser', target: {} })).toMatchObject({ name: 'restore-user', within: 72 });
  });
});
