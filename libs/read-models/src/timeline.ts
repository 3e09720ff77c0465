import type { CaseEventType } from '@handover/case';
import type { TimelineEntry } from '@handover/contracts';
import type { JsonObject, StoredEvent } from '@handover/event-store';

/** A case's events in words, oldest first. Names nobody; free text that people wrote comes with `reason` unless it was erased. */
export const timelineOf = (events: readonly StoredEvent[]): TimelineEntry[] => events.map(entryOf);

const entryOf = (event: StoredEvent): TimelineEntry => {
  const step = event.data['step'];
  const says = WORDS[event.type as CaseEventType];
  const personal = event.personal && 'data' in event.personal ? event.personal.data : {};
  const evidence = evidenceOf(event, personal);

  return {
    position: event.version,
    at: event.recordedAt,
    type: event.type,
    ...(typeof step === 'string' ? { stepId: step } : {}),
    actor: event.meta.actor,
    channel: event.meta.channel,
    summary: says ? says(event.data) : event.type,
    evidence,
    reason: typeof personal['reason'] === 'string' ? personal['reason'] : null,
  };
};

const evidenceOf = ({ type, data }: StoredEvent, personal: JsonObject): Record<string, unknown> | null => {
  if (typeof data['evidence'] === 'object' && data['evidence'] !== null) return { ...(data['evidence'] as JsonObject) };
  if (type === 'StepClaimedByHand' && typeof personal['evidence'] === 'string') return { claimed: personal['evidence'] };
  if (type === 'CertificateIssued') return { ...(data['claims'] as JsonObject) };
  if (type === 'DecisionMade' || type === 'DecisionRefused') return { planHash: data['planHash'] ?? null };

  return null;
};

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

const WORDS: Readonly<Record<CaseEventType, (data: JsonObject) => string>> = {
  CaseOpened: (data) => `${text(data['kind'])} case opened by ${text(data['requester'])}`,
  TermsChanged: (data) => `HR changed ${text(data['what'])}`,
  ReplanAsked: (data) => `To be planned anew, votes on the plan before are void: HR changed ${text(data['why'])}`,
  StepStarted: (data) =>
    `${text(data['step'])} started${data['byHand'] ? ': reading back what was done by hand' : ''}${text(data['round']) === '1' ? '' : `, attempt ${text(data['round'])}`}`,
  StepVerified: (data) =>
    `${text(data['step'])} read back and true${data['changed'] ? '' : ', nothing had to be changed'}${data['finding'] ? ` (finding: ${text(data['finding'])})` : ''}`,
  StepBlocked: (data) => `${text(data['step'])} is blocked: ${text(data['detail'])} (${text(data['code'])})`,
  StepContradicted: (data) => `${text(data['step'])} was done and does not read back: ${text(data['detail'])}`,
  StepWithheld: (data) => `${text(data['step'])} was not allowed to start: ${text(data['code'])}`,
  StepRetried: (data) =>
    `${text(data['step'])} is ${data['because'] === 'seen-done' ? 'seen done in Dialpad and read back' : 'tried again'}, attempt ${text(data['round'])}`,
  StepWaived: (data) => `${text(data['step'])} is waived${data['reasonCode'] ? `: ${text(data['reasonCode'])}` : ''}`,
  StepClaimedByHand: (data) => `${text(data['step'])} was done by hand, says a person; it is read back`,
  StepDoneByHand: (data) => `${text(data['step'])} was done by hand, and reads back true`,
  PlanMade: (data) => `planned ${stepsIn(data['plan'])} steps, plan ${hashIn(data['plan'])}`,
  StageOpened: (data) => `asked for ${text(data['needed'])} approval(s) of stage ${text(data['stage'])} until ${text(data['deadline'])}`,
  DecisionMade: (data) =>
    `${text(data['actor'])} decided ${text(data['decision'])} on stage ${text(data['stage'])}${data['reasonCode'] ? `: ${text(data['reasonCode'])}` : ''}${data['underHold'] ? ', under a legal hold: nothing starts before it is lifted' : ''}`,
  DecisionRefused: (data) =>
    `the decision ${text(data['decision'])} of ${text(data['actor'])} on stage ${text(data['stage'])} does not count: ${text(data['code'])}`,
  StageApproved: (data) => `stage ${text(data['stage'])} is approved`,
  StageRefused: (data) => `stage ${text(data['stage'])} is refused`,
  StageEscalated: (data) => `stage ${text(data['stage'])} was not decided in time and is escalated`,
  StageExpired: (data) => `stage ${text(data['stage'])} expired without a decision`,
  CutOffReached: (data) => `the cut-off ${text(data['cutOff'])} has come`,
  HoldBegan: (data) => `hold until ${text(data['until'])}: the person can come back`,
  HoldEnded: () => 'the hold is over',
  RescindAccepted: (data) => `${text(data['actor'])} takes the case back`,
  RescindRefused: (data) => `${text(data['actor'])} wanted to take the case back, too late: ${text(data['code'])}`,
  SeatAwaited: (data) => `no free ${text(data['seat'])} seat in office ${text(data['officeId'])}: waiting in line`,
  SeatOffered: (data) => `a ${text(data['seat'])} seat may be free in office ${text(data['officeId'])}`,
  AcceptanceAwaited: (data) => `invited; waiting for the person to accept until ${text(data['deadline'])}`,
  ReminderDue: (data) => `reminder ${text(data['number'])} to accept the invitation is due`,
  InviteAccepted: () => 'the person has accepted the invitation',
  WithdrawalBegan: (data) => `the invitation is withdrawn (${text(data['why'])}), approved by ${text(data['approvedBy'])}`,
  LegalHoldPlaced: (data) =>
    `legal hold${data['scope'] === 'person' ? ' on the person' : ''} placed by ${text(data['actor'])}: nothing is deleted or erased while it stands${data['confirmUntil'] ? `; somebody else confirms it until ${text(data['confirmUntil'])}` : ''}${Array.isArray(data['late']) ? `; too late for ${data['late'].join(', ')}, which had begun` : ''}`,
  LegalHoldConfirmed: (data) => `legal hold of ${text(data['placedBy'])} confirmed by ${text(data['actor'])}`,
  LegalHoldRejected: (data) => `legal hold of ${text(data['placedBy'])} not confirmed by ${text(data['actor'])}: it ends`,
  LegalHoldKept: (data) => `legal hold kept by ${text(data['actor'])}, although ${text(data['askedBy'])} asked to lift it`,
  LegalHoldRefused: (data) => `${text(data['actor'])} may not ${text(data['asked'])} a legal hold here: ${text(data['code'])}`,
  LegalHoldLiftAsked: (data) => `${text(data['actor'])} asks to lift the legal hold; somebody else has to agree`,
  LegalHoldLiftRefused: (data) => `${text(data['actor'])} cannot agree to lift the legal hold: ${text(data['code'])}`,
  LegalHoldLifted: (data) =>
    data['scope'] === 'person' ? 'legal hold on the person is over' : `legal hold lifted by ${text(data['actor'])}, asked for by ${text(data['askedBy'])}`,
  CertificateIssued: () => 'certificate issued',
  RetentionApplied: () => 'what people wrote here cannot be read any more: its time is over',
  CaseClosed: (data) => `closed as ${text(data['phase'])}: ${text(data['result'])}`,
};

const stepsIn = (plan: unknown): string => {
  const steps = typeof plan === 'object' && plan !== null && 'steps' in plan ? plan.steps : [];
  return String(Array.isArray(steps) ? steps.length : 0);
};

const hashIn = (plan: unknown): string => (typeof plan === 'object' && plan !== null && 'hash' in plan ? text(plan.hash).slice(0, 12) : '');
