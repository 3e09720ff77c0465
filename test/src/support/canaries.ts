/** Somebody whose every value can be recognised wherever it turns up. */
export const canary = {
  employeeId: 'EMPCANARY-90417',
  email: 'mailcanary.quill@example.com',
  newEmail: 'marriedcanary.quill@example.com',
  givenName: 'Givencanarya',
  familyName: 'Familycanaryus',
  marriedName: 'Marriedcanaryus',
  manager: 'MGRCANARY-55102',
  street: '17 Streetcanary Row',
  flat: 'Flatcanary 4b',
  city: 'Citycanaryville',
  state: 'Statecanary',
  zip: 'ZIPCANARY-7',
  extra: 'extracanary in a field nobody knows',
  extraPhone: '+491705559817342',
  forwarding: '+491715559826451',
  greeting: 'greetingcanary.mp3',
  status: 'statuscanary at the beach',
  inbox: 'inboxcanary in a body nobody worked',
  idempotencyKey: 'keycanary starts the leaver',
  startReason: 'startcanary: asked for by hand',
  refusedDecision: 'refusedcanary: not theirs to decide',
  decision: 'decisioncanary: agreed in the corridor',
  deleteDecision: 'deletecanary: nothing is left',
  evidence: 'evidencecanary: done in the console',
  retry: 'retrycanary: the console was slow',
  waiver: 'waivercanary: somebody took them out',
  rescind: 'rescindcanary: changed their mind',
  holdPlaced: 'placedcanary: a claim of theirs',
  holdConfirmed: 'confirmedcanary: seen the letter',
  holdLiftAsked: 'liftcanary: the claim is settled',
  holdKept: 'keptcanary: not before the appeal',
  holdLifted: 'liftedcanary: no appeal came',
  exportReason: 'exportcanary: they asked what we hold',
} as const;

/** Every field of an HR hook that can hold something of the person, and the value the test puts there. */
export const HOOK_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'data.employeeId': [canary.employeeId],
  'data.email': [canary.email, canary.newEmail],
  'data.givenName': [canary.givenName],
  'data.familyName': [canary.familyName, canary.marriedName],
  'data.manager': [canary.manager],
  'data.e911.address': [canary.street],
  'data.e911.address2': [canary.flat],
  'data.e911.city': [canary.city],
  'data.e911.state': [canary.state],
  'data.e911.zip': [canary.zip],
};

/** Fields of an HR hook that stay readable with a reference to nobody, and why. */
export const HOOK_STAYS: Readonly<Record<string, string>> = {
  timestamp: 'when HR said it',
  'data.sequence': 'the order of what HR said',
  'data.startDate': 'a date of the case',
  'data.lastWorkingDay': 'a date of the case',
  'data.effective': 'a date of the case',
  'data.effectiveDate': 'a date of the case',
  'data.timeZone': 'a date of the case is read by it',
  'data.office': 'company property',
  'data.adminOffices[]': 'company property',
  'data.groups[].name': 'company property',
  'data.successor.office': 'company property',
  'data.successor.callCenter': 'company property',
  'data.successors[].office': 'company property',
  'data.successors[].department': 'company property',
  'data.successors[].callCenter': 'company property',
  'data.successors[].number': 'a number of the company',
  'data.successors[].employeeId': 'somebody else, kept as their reference',
  'data.successor.department': 'company property',
  'data.number.e164': 'a number of the company',
  'data.number.areaCode': 'a number of the company',
  'data.reasonCode': 'a code of the company',
  'data.e911.country': 'two letters that say nothing alone; sealed all the same',
  'data.successor.employeeId': 'somebody else, kept as their reference',
  'data.number.employeeId': 'somebody else, kept as their reference',
};

/** Every field of a request that people write words into, and the value the test puts there. */
export const REQUEST_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'startCase.reason': [canary.startReason],
  'decision.reason': [canary.decision, canary.refusedDecision, canary.deleteDecision],
  'reasonBody.reason': [canary.waiver, canary.rescind, canary.holdPlaced, canary.holdLiftAsked, canary.holdLifted],
  'retryBody.reason': [canary.retry],
  'evidenceBody.evidence': [canary.evidence],
  'subjectExport.reason': [canary.exportReason],
  'legalHoldDecision.reason': [canary.holdConfirmed, canary.holdKept],
};

/** Fields of requests that name things, or are about no person. */
export const REQUEST_STAYS: readonly RegExp[] = [
  /^startCase\.(source|fact\.type)$/, // the fact itself is a hook: HOOK_FIELDS
  /^decision\.planHash$/,
  /^retentionApproval\.hash$/,
  /^dismissFact\.reasonCode$/, // a code, and no room for words
  /^(subscribe|subscriptionChange)\./, // where an auditor's system is told; filters take references
  /^\w*[nN]umber\w*\./, // number cases are about no person: their free text is sealed under a key of the case
];
