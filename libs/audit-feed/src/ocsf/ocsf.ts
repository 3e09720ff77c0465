import type { LogEntry } from '@handover/record-proof';
import {
  accountChange,
  apiActivity,
  ENTITIES,
  entityManagement,
  groupManagement,
  STEP_CLASSES,
  userAccess,
  type OcsfClass,
  type OcsfVersion,
} from './classes.ts';
import type { EventContext } from './context.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Outcome {
  readonly status: 0 | 1 | 2;
  readonly severity: 1 | 2 | 3 | 4;
  readonly code: string | null;
  readonly detail: string | null;
}

const STATUS = { 0: 'Unknown', 1: 'Success', 2: 'Failure' } as const;
const SEVERITY = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' } as const;

/**
 * An event of the record as OCSF. What OCSF has no place for is in `unmapped`, so nothing is lost; `metadata.uid` is the
 * event's id and `metadata.sequence` its position, by which an importer resumes and drops repetitions.
 */
export const ocsfOf = (entry: LogEntry, context: EventContext, version: OcsfVersion): Fields => {
  const data = JSON.parse(Buffer.from(entry.body).toString('utf8')) as Fields;
  const by = JSON.parse(Buffer.from(entry.meta).toString('utf8')) as Fields;
  const [kind, activity] = classOf(entry, context);
  const outcome = outcomeOf(entry.type, data);
  const activityName = kind.activities[activity] ?? 'Other';
  const caseId = textIn(by, 'caseId') ?? (entry.stream.startsWith('case/') ? entry.stream.slice('case/'.length) : null);
  const time = Date.parse(entry.recordedAt);

  return {
    metadata: {
      version,
      product: { name: 'Handover', vendor_name: 'Handover', uid: 'handover' },
      uid: entry.eventId,
      sequence: entry.position,
      event_code: entry.type,
      log_name: 'record',
      log_provider: 'handover',
      logged_time: time,
      ...(caseId === null ? {} : { correlation_uid: caseId }),
    },
    time,
    category_uid: kind.category.uid,
    category_name: kind.category.name,
    class_uid: kind.uid,
    class_name: kind.name,
    activity_id: activity,
    activity_name: activity === 99 ? entry.type : activityName,
    type_uid: kind.uid * 100 + activity,
    type_name: `${kind.name}: ${activityName}`,
    severity_id: outcome.severity,
    severity: SEVERITY[outcome.severity],
    status_id: outcome.status,
    status: STATUS[outcome.status],
    ...(outcome.code === null ? {} : { status_code: outcome.code }),
    ...(outcome.detail === null ? {} : { status_detail: outcome.detail }),
    message: messageOf(entry, context, data),
    actor: actorOf(by),
    ...subjectOf(kind, entry, context, data, caseId),
    unmapped: {
      stream: entry.stream,
      stream_version: entry.version,
      schema: entry.schema,
      hash: Buffer.from(entry.hash).toString('hex'),
      case_kind: context.caseKind,
      step_kind: context.step?.kind ?? null,
      by,
      data,
    },
  };
};

const classOf = ({ stream, type }: LogEntry, { personRef, step }: EventContext): readonly [OcsfClass, number] => {
  if (type === 'RecordRead') return [apiActivity, 2];
  if (type === 'FactRecorded') return [apiActivity, 1];
  if (step?.kind) {
    const [kind, activity] = STEP_CLASSES[step.kind] ?? [entityManagement, 3];
    if (type === 'StepStarted') return [apiActivity, callOf(kind, activity)];
    if (OUTCOMES.has(type)) return personRef === null && kind !== entityManagement ? [entityManagement, 3] : [kind, activity];
  }
  if (type === 'CaseOpened' || type === 'PersonSeen' || type === 'SubscriptionCreated') return [entityManagement, 1];
  if (type === 'PersonErased' || type === 'RetentionApplied' || type === 'SubscriptionDeleted') return [entityManagement, 4];
  return [entityManagement, stream === '' ? 99 : 3];
};

const OUTCOMES = new Set(['StepVerified', 'StepDoneByHand', 'StepBlocked', 'StepContradicted', 'StepWithheld']);

/** As which of the four the call that begins is known: what it creates, reads, updates or deletes. */
const callOf = (kind: OcsfClass, activity: number): number => {
  if (kind === entityManagement) return activity;
  if (kind === accountChange) return activity === 1 ? 1 : activity === 6 ? 4 : 3;
  return activity === 4 && kind === groupManagement ? 4 : 3;
};

const outcomeOf = (type: string, data: Fields): Outcome => {
  const code = textIn(data, 'code') ?? textIn(data, 'finding') ?? textIn(data, 'reasonCode');
  const detail = textIn(data, 'detail');
  switch (type) {
    case 'StepStarted':
      return { status: 0, severity: 1, code, detail };
    case 'StepBlocked':
      return { status: 2, severity: 3, code, detail };
    case 'StepContradicted':
      return { status: 2, severity: 4, code: code ?? 'step.contradicted', detail };
    case 'StepWithheld':
    case 'DecisionRefused':
    case 'RescindRefused':
    case 'LegalHoldLiftRefused':
    case 'StageExpired':
    case 'SubscriptionPaused':
      return { status: 2, severity: 2, code, detail };
    default:
      return { status: 1, severity: textIn(data, 'finding') === null ? 1 : 2, code, detail };
  }
};

/** `system` and HR sources are no people. */
const actorOf = (by: Fields): Fields => {
  const actor = textIn(by, 'actor') ?? 'unknown';
  const isUser = actor !== 'system' && !actor.startsWith('source:');
  return {
    app_name: 'Handover',
    user: { uid: actor, type_id: isUser ? 1 : 3, type: isUser ? 'User' : 'System' },
  };
};

const subjectOf = (kind: OcsfClass, entry: LogEntry, { personRef, step, caseKind }: EventContext, data: Fields, caseId: string | null): Fields => {
  const user = personRef === null ? {} : { user: { uid: personRef, type_id: 1, type: 'User' } };
  switch (kind) {
    case accountChange:
      return user;
    case userAccess:
      return { ...user, privileges: [privilegeOf(step?.kind ?? '')] };
    case groupManagement:
      return { ...user, group: groupOf(step?.target ?? {}, textIn(data, 'step') ?? '') };
    case apiActivity:
      return {
        api: {
          operation: entry.type === 'StepStarted' ? (step?.kind ?? 'step') : entry.type,
          service: { name: entry.type === 'StepStarted' ? 'Dialpad' : 'Handover' },
        },
        src_endpoint: { name: textIn(JSON.parse(Buffer.from(entry.meta).toString('utf8')) as Fields, 'channel') ?? 'system' },
        ...(caseId === null ? {} : { resources: [{ uid: caseId, type: `${caseKind ?? ''} case`.trim() }] }),
      };
    default:
      return { entity: entityOf(entry, step, personRef, caseId), ...(textIn(data, 'reasonCode') === null ? {} : { comment: textIn(data, 'reasonCode') }) };
  }
};

const privilegeOf = (step: string): string => (/company/i.test(step) ? 'Company Admin' : /office/i.test(step) ? 'Office Admin' : 'admin');

const groupOf = (target: Fields, step: string): Fields => {
  const group = (target['group'] ?? target) as Fields;
  const [uid, name, type] = [textIn(group, 'id'), textIn(group, 'name'), textIn(group, 'type')];
  return { uid: uid ?? name ?? step, ...(name === null ? {} : { name }), ...(type === null ? {} : { type }) };
};

const entityOf = (entry: LogEntry, step: EventContext['step'], personRef: string | null, caseId: string | null): Fields => {
  const what = step?.kind ? ENTITIES[step.kind] : undefined;
  const number = textIn(step?.target ?? {}, 'number');
  if (what === 'person' || what === 'user') return { uid: personRef ?? caseId ?? entry.stream, type: what };
  if (what !== undefined) return { uid: number ?? caseId ?? entry.stream, type: what };
  const [type = 'record', id] = entry.stream.split('/');
  return { uid: id ?? entry.stream, type };
};

const messageOf = (entry: LogEntry, { caseKind, step }: EventContext, data: Fields): string =>
  [entry.type, textIn(data, 'step') ?? textIn(data, 'stage'), step?.kind, caseKind === null ? null : `${caseKind} case`]
    .filter((each) => typeof each === 'string')
    .join(', ');

const textIn = (fields: Fields, name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
