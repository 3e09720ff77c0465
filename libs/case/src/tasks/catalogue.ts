/** How Handover can see by itself that a task is done; null where Dialpad's API shows nothing of it. */
export type ReadBack =
  | 'user-restored'
  | 'user-gone'
  | 'invitation-accepted'
  | 'seats-bought'
  | 'seats-removed'
  | 'main-line-elsewhere'
  | 'not-in-team'
  | 'mails-elsewhere'
  | 'desk-phone-there'
  | 'greeting-there';

/** Work that Dialpad has no API for, as exact steps in its console. Words only: whose line or user it is stands in the step's target. */
export interface ConsoleTask {
  /** One line for lists and for the Temporal UI. */
  readonly title: string;
  /** Where to click, in order. */
  readonly steps: readonly string[];
  /** What is true when it is done. */
  readonly truth: string;
  readonly readBack: ReadBack | null;
  /** Hours after which it is too late; null: any time. */
  readonly within: number | null;
  /** Where the console's path was described, and when: the console may look different by now. */
  readonly source: string;
}

const MANAGE_USERS = 'help.dialpad.com, Manage Your Users, 2026-03-04';
const USER_GUIDE = 'Dialpad User Management Guide (third party), 2026-03-11';
const HELP_OLDER = 'help.dialpad.com, before 2024';
const API_2026 = "Dialpad's API description, 2026-02: there is no such operation; the path in the console is not described there";

const ADMIN = 'Open Dialpad > Admin Settings';
const USERS = `${ADMIN} > Office > Users`;

/** Names are part of plans, and plans are kept for ever: add, never rename. */
const tasks = {
  'restore-user': {
    title: 'Restore the deleted user',
    steps: [`${USERS} > Deleted Users`, 'Find the user and choose Restore'],
    truth: 'Dialpad shows the user again, and not as deleted',
    readBack: 'user-restored',
    within: 72,
    source: MANAGE_USERS,
  },
  'delete-permanently': {
    title: 'Delete the user permanently now',
    steps: [`${USERS} > Deleted Users`, 'Find the user and choose Permanently Delete: nothing brings the user back afterwards'],
    truth: 'Dialpad does not know the user any more, and its numbers are free',
    readBack: 'user-gone',
    within: 72,
    source: MANAGE_USERS,
  },
  'purge-overdue': {
    title: 'Look why Dialpad still shows the deleted user',
    steps: [
      `${USERS} > Deleted Users`,
      'Find the user and choose Permanently Delete; where it is not listed, ask Dialpad support why the API still returns it',
    ],
    truth: 'Dialpad does not know the user any more',
    readBack: 'user-gone',
    within: null,
    source: MANAGE_USERS,
  },
  'resend-invitation': {
    title: 'Send the invitation again',
    steps: [`${USERS} > Active or Pending Users`, 'Find the pending user, choose Options > Resend Invite'],
    truth: 'the person has accepted',
    readBack: 'invitation-accepted',
    within: null,
    source: HELP_OLDER,
  },
  'buy-licences': {
    title: 'Buy a licence, or free one',
    steps: [
      'Open Dialpad > Company Settings > Licenses',
      'Choose the office and the type of licence',
      'Choose Add licenses, the quantity, and confirm the bill',
    ],
    truth: 'the office has a free licence of this type',
    readBack: 'seats-bought',
    within: null,
    source: MANAGE_USERS,
  },
  'remove-licences': {
    title: 'Remove a licence that nobody uses',
    steps: [
      'Open Dialpad > Company Settings > Licenses',
      'Choose the office and the type of licence',
      'Choose Remove licenses and the quantity: it takes hold at the next billing date; with a contract plan ask the Customer Success Manager',
    ],
    truth: 'the office has bought fewer licences of this type',
    readBack: 'seats-removed',
    within: null,
    source: MANAGE_USERS,
  },
  'transfer-licences': {
    title: 'Transfer licences to the office',
    steps: [
      'As a Company Admin open Dialpad > Company Settings > Licenses',
      'Choose the type of licence: Dialpad, Dialpad Meetings or Add-on',
      'Choose Transfer Licenses, then the office that gets them, then Next',
      'Choose quantity and type (only unassigned ones, only between offices of the same price level), then Next',
      'Review the transfer, then Confirm transfer',
    ],
    truth: 'the office has a free licence of this type',
    readBack: 'seats-bought',
    within: null,
    source: MANAGE_USERS,
  },
  'repoint-main-line': {
    title: "Point the office's main line elsewhere",
    steps: [
      `${ADMIN} > Office > Office Settings > Call Routing`,
      'Find the place that the step names, in open or closed hours',
      'Choose another target and save',
    ],
    truth: 'the main line does not lead to the person any more',
    readBack: 'main-line-elsewhere',
    within: null,
    source: API_2026,
  },
  'leave-group': {
    title: 'Remove the person from the coaching team',
    steps: [`${ADMIN} > Office > Coaching Teams`, 'Choose the team that the step names', 'Remove the member'],
    truth: 'the team has no such member',
    readBack: 'not-in-team',
    within: null,
    source: API_2026,
  },
  'voicemail-mails': {
    title: 'Take the person out of the voicemail notification mails',
    steps: [
      `${ADMIN} > Office, and there the main line, department or contact center that the step names`,
      'Open Voicemail > Notification emails',
      'Remove the address, add whoever should get the mails, and save',
    ],
    truth: "the line's notification mails go to none of the person's addresses",
    readBack: 'mails-elsewhere',
    within: null,
    source: API_2026,
  },
  'provision-desk-phone': {
    title: 'Add the desk phone again',
    steps: [`${USERS}`, 'Find the user, choose Options > Devices', 'Add the desk phone and restart it'],
    truth: 'the user has a desk phone',
    readBack: 'desk-phone-there',
    within: null,
    source: API_2026,
  },
  'record-greeting': {
    title: 'Let the person record the voicemail greeting again',
    steps: ['Ask the person to open the Dialpad app > Settings > Voicemail', 'Record a greeting, or upload one, and choose it'],
    truth: 'the user has a recorded greeting of this kind',
    readBack: 'greeting-there',
    within: null,
    source: API_2026,
  },
  'new-successor': {
    title: 'Give what was handed over to the successor that HR named since',
    steps: [
      `${ADMIN} > Office, and there the lines and groups that the plan handed over: choose whom HR names now`,
      'Give the numbers to the new successor: Handover reassigns a number on request, and its record keeps who had it',
    ],
    truth: 'the new successor has what HR wants them to have',
    readBack: null, // what was planned for whom is not what HR says now: only a person can say that it is right
    within: null,
    source: API_2026,
  },
  'proxy-login': {
    title: "Look at the person's own settings",
    steps: [
      `${USERS} > Options > Admin > Proxy Login, as an admin who was granted proxy access`,
      'Look at, or set, what the step names: changes take hold at once and are logged as yours',
      'Leave by the back button of the red banner',
    ],
    truth: 'somebody looked, and says what they saw',
    readBack: null, // never automated: who proxies acts as somebody else
    within: null,
    source: MANAGE_USERS,
  },
  'csv-import': {
    title: 'Import users from a CSV file',
    steps: [`${ADMIN} > Users > Add Users > Import via CSV`, 'Choose the file, look at the preview, confirm: every row takes a seat at once'],
    truth: 'every row is a user',
    readBack: null,
    within: null,
    source: USER_GUIDE,
  },
  'retention-policy': {
    title: 'Set the retention policy',
    steps: [
      'As a Company Admin open Dialpad > Company Settings > Data Retention',
      'Choose the office, department, contact center, coaching team or user that the step names',
      'Choose what is removed and after how long, and save',
    ],
    truth: 'the console shows the policy',
    readBack: null,
    within: null,
    source: API_2026,
  },
} as const satisfies Readonly<Record<string, ConsoleTask>>;

export type TaskName = keyof typeof tasks;
export const taskNames = Object.keys(tasks) as readonly TaskName[];

/** Null for a name that is not in the catalogue. */
export const consoleTask = (name: string): ConsoleTask | null => (Object.hasOwn(tasks, name) ? tasks[name as TaskName] : null);

/** One paragraph for whoever does it: what, where, and how it ends. */
export const sayTask = ({ title, steps, readBack, within, source }: ConsoleTask): string =>
  `${title}: ${steps.map((step, n) => `${n + 1}. ${step}`).join('; ')}${within === null ? '' : `; within ${within} hours`}. ` +
  `${readBack === null ? 'Then mark the step as done by hand, with evidence' : 'The step closes by itself once Dialpad shows it; or retry, or mark it as done by hand'}. (${source})`;

/** What a task of this catalogue asks for, for the reason of a step that waits for it. */
export const askFor = (name: TaskName): string => sayTask(tasks[name]);
