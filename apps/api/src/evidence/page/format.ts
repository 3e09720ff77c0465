export const escape = (value: unknown): string =>
  String(value ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** What is markup already. Everything else is escaped on its way in. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | undefined | readonly Part[];

const textOf = (part: Part): string =>
  part instanceof Html ? part.text : Array.isArray(part) ? part.map((each) => textOf(each as Part)).join('') : escape(part);

export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.reduce((so, text, index) => so + text + (index < parts.length ? textOf(parts[index]) : ''), ''));

export const nothing = new Html('');

const UNITS = [
  ['day', 'days', 86_400_000],
  ['h', 'h', 3_600_000],
  ['min', 'min', 60_000],
  ['s', 's', 1_000],
] as const;

/** `2 days 3 h`, `4 min 12 s`, `0.8 s`: the two largest units, because nobody reads more. */
export const duration = (ms: number): string => {
  const length = Math.abs(ms);
  if (length < 1_000) return `${(length / 1_000).toFixed(1)} s`;
  const parts: string[] = [];
  let rest = length;
  for (const [one, many, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${count === 1 ? one : many}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ');
};

/** `27 Feb 2026, 23:00:04 UTC`; seconds only where there are any. */
const inZone = (at: string, zone: string): string => {
  const date = new Date(at);
  const part = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(date);
  const hasSeconds = date.getUTCSeconds() !== 0 || date.getUTCMilliseconds() !== 0;
  return `${part({ day: 'numeric', month: 'short', year: 'numeric' })}, ${part({ hour: '2-digit', minute: '2-digit', ...(hasSeconds ? { second: '2-digit' } : {}), hourCycle: 'h23' })}`;
};

const offsetOf = (at: string, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(new Date(at))
    .find((part) => part.type === 'timeZoneName')
    ?.value.replace('GMT', 'UTC') ?? 'UTC';

const isZone = (zone: string | null): zone is string => {
  try {
    return zone !== null && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
};

export type Time = (at: string | null, options?: { readonly short?: boolean; readonly inline?: boolean }) => Html;

/** Every time in UTC, and in the case's own zone where that is another one. `inline`: within a sentence. */
export const timesIn = (zone: string | null): Time => {
  const own = isZone(zone) && zone !== 'UTC' && zone !== 'Etc/UTC' ? zone : null;

  return (at, { short = false, inline = false } = {}) => {
    if (at === null || Number.isNaN(Date.parse(at))) return html`<span class="none">—</span>`;
    const there = own === null ? '' : `${inZone(at, own)}${short ? '' : ` ${own} (${offsetOf(at, own)})`}`;
    if (inline) return html`<time class="in" datetime="${at}">${inZone(at, 'UTC')} UTC${there === '' ? '' : `, there ${inZone(at, own ?? 'UTC')}`}</time>`;
    return html`<time datetime="${at}"
      ><span class="utc">${inZone(at, 'UTC')} UTC</span>${there === '' ? nothing : html`<span class="local">${there}</span>`}</time
    >`;
  };
};

export const isInstant = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);

/** Names of fields as words: `freeBefore` → `free before`. */
export const wordsOf = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase();

const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const sayPlain = (value: unknown): string => (value === null || value === '' ? 'none' : value === true ? 'yes' : value === false ? 'no' : String(value));

/** What a reading is called, where its name alone does not say it. */
const NAMES: Readonly<Record<string, string>> = { held: 'was so already' };

/** A reading as lines that a person can read, as deep as it goes. */
export const reading = (fields: Readonly<Record<string, unknown>> | null, without: readonly string[] = []): Html => {
  const entries = Object.entries(fields ?? {}).filter(([name, value]) => value !== undefined && !without.includes(name));
  if (entries.length === 0) return html`<span class="none">—</span>`;
  return html`<dl class="reading">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${NAMES[name] ?? wordsOf(name)}</dt>
          <dd>${said(value)}</dd>
        </div>`,
    )}
  </dl>`;
};

/** A value as a person reads it. */
export const said = (value: unknown): Html => {
  if (isPlain(value)) return html`${sayPlain(value)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return html`none`;
    if (value.every(isPlain)) return html`${value.map(sayPlain).join(', ')}`;
    return html`${value.map((each) => html`<span class="item">${said(each)}</span>`)}`;
  }
  return isFlat(value) ? html`${flat(value)}` : html`<span class="item">${reading(value as Readonly<Record<string, unknown>>)}</span>`;
};

const isFlat = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((each) => isPlain(each) || isShortList(each));
const isShortList = (value: unknown): boolean => Array.isArray(value) && value.length <= 3 && value.every(isPlain);
const flat = (value: Readonly<Record<string, unknown>>): string =>
  Object.entries(value)
    .map(([name, each]) => `${wordsOf(name)} ${Array.isArray(each) ? (each.length === 0 ? 'none' : each.map(sayPlain).join(' and ')) : sayPlain(each)}`)
    .join(', ');
