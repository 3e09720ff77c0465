import type { JsonObject, StepKind } from '@handover/case';
import { samePlace, type RoutingReference } from '@handover/connector-dialpad';
import { Blocked, target, userIdOf, type Reading, type StepContext, type StepDefinition } from './step.ts';

interface Task {
  readonly says: string;
  readonly done: (context: StepContext) => Promise<Reading>;
}

/** Work without an API: exact console steps, and a reading that says when it is done. */
const TASKS: Readonly<Record<string, Task>> = {
  'leave-group': {
    says: 'Dialpad has no API to leave a coaching team: in the console open Coaching Teams, choose the team, remove the member; then retry or mark as done by hand',
    done: async (context) => {
      const { group } = target<{ group: { id: string } }>(context);
      const members = (await context.deps.dialpad.coachingTeamMembers(group.id)).map((member) => member.id);
      return { holds: !members.includes(userIdOf(context)), evidence: { team: group.id, members: members.length } };
    },
  },
  'repoint-main-line': {
    says: 'Dialpad has no API for the routing of an office main line: in the console open Office > Office Settings > Call Routing and point it elsewhere; then retry or mark as done by hand',
    done: async (context) => {
      const { reference } = target<{ reference: RoutingReference }>(context);
      const left = await context.deps.dialpad.routingReferences(userIdOf(context));
      return { holds: !left.some((each) => samePlace(each.where, reference.where)), evidence: { where: reference.where as unknown as JsonObject } };
    },
  },
  'provision-desk-phone': {
    says: 'Dialpad has no API to add a desk phone: in the console open the user > Devices and add the phone again; then retry or mark as done by hand, or waive',
    done: async (context) => {
      const phones = await context.deps.dialpad.deskPhones(userIdOf(context));
      return { holds: phones.length > 0, evidence: { deskPhones: phones.length } };
    },
  },
};

const taskOf = (context: StepContext): Task => {
  const name = target<{ task: string }>(context).task;
  const task = TASKS[name];
  if (!task) throw new Blocked('task.unknown', `no task is called ${name}`);
  return task;
};

const taskByHand: StepDefinition = {
  keep: async (context) => {
    const task = taskOf(context);
    if (!(await task.done(context)).holds) throw new Blocked(`task.${target<{ task: string }>(context).task}`, task.says);
  },
  read: (context) => taskOf(context).done(context),
};

export const taskSteps: Partial<Record<StepKind, StepDefinition>> = { taskByHand };
