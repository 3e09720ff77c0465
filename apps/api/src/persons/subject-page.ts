import type { Section } from './subject-export.ts';

const escape = (value: unknown): string =>
  String(value ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const TITLES: Readonly<Record<string, string>> = {
  person: 'Who it is about',
  erasure: 'Erased',
  dialpad: 'In Dialpad',
  legalHolds: 'Legal holds',
  retention: 'How long it is kept',
  otherRows: 'Beside the record',
  cases: 'Cases',
  received: 'Received from HR and not worked yet',
  events: 'Everything that was recorded',
};

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';
const isEmpty = (value: unknown): boolean => value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);

/** A value as nested tables: whoever reads it knows no JSON. */
const table = (value: unknown): string => {
  if (isPlain(value)) return value === null || value === '' ? '<span class="quiet">nothing</span>' : escape(value);
  if (isEmpty(value)) return '<span class="quiet">nothing</span>';
  if (Array.isArray(value)) return value.every(isPlain) ? escape(value.join(', ')) : value.map((each) => table(each)).join('');
  const rows = Object.entries(value as object)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => `<tr><th scope="row">${escape(name)}</th><td>${table(each)}</td></tr>`);
  return `<table>${rows.join('')}</table>`;
};

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.5rem;margin-bottom:.25rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #999}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .5rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
th[scope=row]{width:11rem;font-weight:600}section>table{margin-bottom:1rem}.quiet{color:#555}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}`;

/** The same file for a person with a browser and a printer: no script, no network, written as it is read. */
export async function* subjectPage(sections: AsyncIterable<Section>): AsyncGenerator<string> {
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>What is held about a person</title><style>${STYLE}</style></head><body><main>\n<h1>What is held about a person</h1>\n`;
  for await (const section of sections) {
    const title = TITLES[section.name];
    if ('each' in section) {
      yield `<section><h2>${escape(title ?? section.name)}</h2>\n`;
      let count = 0;
      for await (const each of section.each) {
        count += 1;
        yield `${table(each)}\n`;
      }
      yield count === 0 ? '<p class="quiet">nothing</p></section>\n' : '</section>\n';
    } else if (title === undefined) {
      if (section.name === 'madeAt') yield `<p class="quiet">Made ${escape(section.value)}.</p>\n`;
    } else yield `<section><h2>${escape(title)}</h2>${table(section.value)}</section>\n`;
  }
  yield '</main></body></html>\n';
}

/** The same as JSON, written as it is read: one value per section, lists line by line. */
export async function* subjectJson(sections: AsyncIterable<Section>): AsyncGenerator<string> {
  let isFirst = true;
  yield '{';
  for await (const section of sections) {
    yield `${isFirst ? '' : ','}\n${JSON.stringify(section.name)}: `;
    isFirst = false;
    if ('value' in section) {
      yield JSON.stringify(section.value ?? null);
      continue;
    }
    yield '[';
    let isFirstOfList = true;
    for await (const each of section.each) {
      yield `${isFirstOfList ? '' : ','}\n${JSON.stringify(each)}`;
      isFirstOfList = false;
    }
    yield ']';
  }
  yield '\n}\n';
}
